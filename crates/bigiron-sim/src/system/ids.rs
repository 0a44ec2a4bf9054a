//! Indices by which the parts of a system refer to each other.

/// Index of a screen in `System::screens`.
pub type ScreenId = usize;
/// Index of a job in `System::jobs`.
pub type JobId = usize;
/// Index of a field in `Screen::fields`.
pub type FieldId = usize;
