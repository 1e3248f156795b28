//! Destinations that answer: a command, or a server of this or another machine.

mod child;
mod pipe;

pub use pipe::{Pipe, PipeSettings};
