//! The service, driven from outside: through its router, and as a program.

mod demo_zone;
mod dns_query;
mod page;
mod program;
mod serve;
mod support;
mod upstream;
