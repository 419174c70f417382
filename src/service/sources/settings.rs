//! What the page of a source saves, the key aside.
