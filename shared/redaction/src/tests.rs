use proptest::prelude::*;

use super::*;

/// Each planted secret with the label it is found by. Assembled from pieces, so that no scanner takes this file for a leak.
fn planted() -> Vec<(String, &'static str)> {
    let j = |parts: &[&str]| parts.concat();
    vec![
        (j(&["AKIA", "IOSFODNN7", "EXAMPLE"]), "access key"),
        (j(&["wJalrXUtnFEMI/K7MDENG/", "bPxRfiCYEXAMPLEKEY"]), "secret key"),
        (j(&["ghp_", "aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789"]), "token"),
        (j(&["glpat-", "abcDEF123456ghiJKL78"]), "token"),
        (j(&["xoxb-", "123456789012-abcdefABCDEF"]), "token"),
        (j(&["sk-ant-", "api03-abcdefghijklmnop1234"]), "api key"),
        (j(&["AIza", "SyA1234567890abcdefghijklmnopqrstuv"]), "api key"),
        (j(&["sk_live_", "4eC39HqLyjWDarjtT1zdp7dc"]), "api key"),
        (j(&["hf_", "abcdefghijklmnopqrstuvwxyzABCDEF12"]), "token"),
        (j(&["eyJhbGciOiJIUzI1NiJ9", ".eyJzdWIiOiIxMjM0NTY3ODkwIn0", ".dozjgNryP4J3jVmNHl0w5N"]), "token"),
        (
            j(&["-----BEGIN RSA ", "PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\n-----END RSA ", "PRIVATE KEY-----"]),
            "private key",
        ),
        ("ada.lovelace@analytical-engines.co.uk".into(), "e-mail address"),
        ("Grace Hopper <grace@navy.example>".into(), "e-mail address"),
        ("jürgen.müller@größe.de".into(), "e-mail address"),
        ("+49 170 1234567".into(), "phone number"),
        ("+1 (415) 555-0132".into(), "phone number"),
        ("415-555-0132".into(), "phone number"),
        ("4111 1111 1111 1111".into(), "payment card"),
        ("DE89 3704 0044 0532 0130 00".into(), "bank account"),
        ("078-05-1120".into(), "id number"),
    ]
}

/// Sentences in which the rest of the match says what it is.
const SAID: [(&str, &str, &str); 15] = [
    ("Our AWS account is 123456789012 in Frankfurt.", "123456789012", "account id"),
    ("use account number 1234-5678-9012", "1234-5678-9012", "account id"),
    ("Role arn:aws:iam::210987654321:role/deploy is there.", "210987654321", "account id"),
    ("pull 210987654321.dkr.ecr.eu-west-1.amazonaws.com/x", "210987654321", "account id"),
    ("Subscription ID: 6f1c2d3e-1111-2222-3333-444455556666", "6f1c2d3e-1111-2222-3333-444455556666", "account id"),
    ("postgres://admin:hunter2@db.internal:5432/x", "admin:hunter2", "password"),
    ("The password is Tr0ub4dor&3 for now", "Tr0ub4dor&3", "password"),
    ("Passwort: geheim#2024", "geheim#2024", "password"),
    ("API_KEY=9f8e7d6c5b4a39281706", "9f8e7d6c5b4a39281706", "secret"),
    ("client secret: aB3~dE6_gH9jK2mN", "aB3~dE6_gH9jK2mN", "secret"),
    ("Authorization: Bearer abcdef0123456789ABCDEF", "abcdef0123456789ABCDEF", "token"),
    ("call me at 030 1234 5678", "030 1234 5678", "phone number"),
    ("Please ask Dr. Ada Lovelace about it", "Ada Lovelace", "name"),
    ("Contact: Grace Hopper, tomorrow", "Grace Hopper", "name"),
    ("Tel.: (030) 901820-15", "(030) 901820-15", "phone number"),
];

#[test]
fn what_is_planted_is_found_by_its_name() {
    for (secret, label) in planted() {
        for (before, after) in
            [("", ""), ("We have ", " and more."), ("aws secret key = ", "\n"), ("(", ")"), ("„", "“")]
        {
            // The key of forty letters is only one where its name stands before it.
            if label == "secret key" && !before.contains("secret") {
                continue;
            }
            let text = format!("{before}{secret}{after}");
            let clean = redact(&text);
            assert!(!clean.contains(&secret), "{text}: {clean}");
            assert!(clean.contains(&format!("[removed: {label}]")), "{label}: {text}: {clean}");
        }
    }
    for (text, secret, label) in SAID {
        let clean = redact(text);
        assert!(!clean.contains(secret) && clean.contains(&mark(label)), "{label}: {text}: {clean}");
    }
}

/// What requirements are full of, and what must stay.
#[test]
fn a_requirement_without_secrets_stays_as_it_is() {
    for text in [
        "Score churn for 2 million customers every night on AWS in Frankfurt, GDPR, at most $3k a month.",
        "P95 below 100 ms at 1,200 requests per second, 99.95 % availability, +20 000 000 events a day.",
        "The password must be rotated; secrets are in Secrets Manager and the token: 4096 per request.",
        "Accounts: 1,000,000 customers. Account takeover fraud; 250 accounts per second, 12 000 000 rows.",
        "We ingest 1234567890123 bytes, ids such as 2024-11-21, 10.0.0.0/16, eu-central-1 and ml.m5.xlarge.",
        "API key rotation is needed. Access tokens expire. Bearer tokens are checked. Basic auth is forbidden.",
        "Contact the owner: Amazon SageMaker is ours? Call volume: 5000 per hour. Mobile app, phone support.",
        "Retrain on 2024-01-01 12:00:00, 3600 s window, version 1.2.3, hash d41d8cd98f00b204e9800998ecf8427e.",
        "Übersetze 10.000.000 Sätze pro Tag, Budget 2.500 € im Monat, Kunden in Österreich. 予算は月50万円。",
        "Store 4000 1000 2000 3001 items; keep +99.9 % and 2020-2024; client id per tenant.",
        "Karten: 5000000000000000 Transaktionen pro Jahr.",
    ] {
        assert_eq!(redact(text), text, "{:?}", find(text));
    }
}

#[test]
fn secrets_are_taken_out_of_what_was_made_from_them() {
    let (key, _) = &planted()[0];
    let requirement = format!("Churn with {key} on account 123456789012, ask ada@example.org.");
    let secrets = Secrets::of([requirement.as_str()]);
    let made = serde_json::json!({
        "title": format!("churn-{}", key.to_lowercase()),
        "quotes": [requirement, &key[2..14], "on account"],
        "count": 123_456_789_012_u64,
        "nested": {"bucket": "models-123456789012", "mail": "to ada@example.org now"},
    });
    let clean = secrets.scrub_all(made.clone()).unwrap();
    assert_eq!(clean["title"], "churn-[removed: access key]");
    assert_eq!(clean["quotes"][1], "[removed: access key]", "a quote that is a piece of it");
    assert_eq!(clean["quotes"][2], "on account");
    assert_eq!(clean["nested"]["bucket"], "models-[removed: account id]");
    let text = clean.to_string().to_lowercase();
    assert!(!text.contains(&key.to_lowercase()) && !text.contains("ada@"), "{text}");
    assert_eq!(clean["count"], made["count"], "a number is no text");
    assert!(Secrets::of(["nothing"]).is_empty());
}

proptest! {
    #[test]
    fn any_text_is_read_and_a_clean_one_stays(text in "\\PC{0,200}", at in 0..20_usize) {
        let (secret, _) = &planted()[at];
        let clean = redact(&format!("{text} {secret} {text}"));
        prop_assert_eq!(&redact(&clean), &clean);
    }
}
