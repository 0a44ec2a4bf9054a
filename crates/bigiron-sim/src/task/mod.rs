//! Tasks: a goal in words, a start, what must change and what must not; playbooks that solve them; grades that tell.

pub mod answer;
pub mod attempt;
pub mod ending;
pub mod entry;
pub mod grade;
mod load;
pub mod model;
pub mod playbook;
pub mod prove;
pub mod report;
pub mod score;
mod setup;
pub mod shape;
pub mod start;
pub mod static_tables;
pub mod status;
