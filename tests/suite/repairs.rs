//! The list of repairs: on its page, through REST, and the number beside it.
