//! Money and queueing arithmetic: what a composition of patterns costs and how it performs.
