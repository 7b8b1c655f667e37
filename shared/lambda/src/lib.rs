//! Serving a Lambda: configuration, clients built once, JSON logs, error names.
