//! The service, driven from outside.
