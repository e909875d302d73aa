//! What both tills of this folder are made of: the machine, and the console.

#![no_std]

pub mod console;
pub mod flash;
pub mod hardware;
pub mod lan9118;
