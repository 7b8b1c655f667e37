//! DynamoDB and S3: the single table, transactions, the gapless event log, bodies by SHA-256.
