//! Simulated legacy systems behind 3270 screens.

pub mod gym;
pub mod host;
pub mod recording;
pub mod session;
pub mod shipped;
pub mod system;
pub mod task;
