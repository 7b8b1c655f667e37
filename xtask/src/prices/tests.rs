//! The whole command against a local server that answers in the forms which the providers document.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Query, State};
use axum::http::{StatusCode, Uri};
use design::constraint::Cloud;

use super::*;

/// What was asked of the server.
type Log = Arc<Mutex<Vec<String>>>;

#[derive(Clone)]
struct Server {
    address: String,
    log: Log,
}

async fn answer(
    State(server): State<Server>,
    uri: Uri,
    Query(query): Query<HashMap<String, String>>,
) -> (StatusCode, String) {
    server.log.lock().unwrap().push(uri.to_string());
    let body = match uri.path() {
        "/offers/v1.0/aws/AmazonS3/current/us-east-1/index.csv" => include_str!("fixtures/aws-AmazonS3-us-east-1.csv"),
        "/offers/v1.0/aws/AmazonS3/current/eu-central-1/index.csv" => {
            include_str!("fixtures/aws-AmazonS3-eu-central-1.csv")
        }
        "/offers/v1.0/aws/AmazonEC2/current/us-east-1/index.csv" => {
            include_str!("fixtures/aws-AmazonEC2-us-east-1.csv")
        }
        "/api/retail/prices" if query.get("$filter").is_some_and(|filter| filter.contains("Standard_D4s_v5")) => {
            include_str!("fixtures/azure-1.json")
        }
        "/api/retail/prices" => r#"{ "Items": [], "NextPageLink": null, "Count": 0 }"#,
        "/next" => include_str!("fixtures/azure-2.json"),
        "/v1/services/AAAA/skus" if query.get("key").is_none_or(|key| key != "secret") => {
            return (StatusCode::FORBIDDEN, String::new());
        }
        "/v1/services/AAAA/skus" if query.get("pageToken").is_some_and(|token| token == "second") => {
            include_str!("fixtures/gcp-2.json")
        }
        "/v1/services/AAAA/skus" => include_str!("fixtures/gcp-1.json"),
        _ => return (StatusCode::NOT_FOUND, String::new()),
    };
    (StatusCode::OK, body.replace("{address}", &server.address))
}

/// A server on a port of its own, which lives as long as the test.
fn serve() -> Server {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let server = Server { address: format!("http://{}", listener.local_addr().unwrap()), log: Log::default() };
    let state = server.clone();
    std::thread::spawn(move || {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
            let router = Router::new().fallback(answer).with_state(state);
            axum::serve(tokio::net::TcpListener::from_std(listener).unwrap(), router).await.unwrap();
        });
    });
    server
}

const AWS: &str = r#"# Unit prices; this comment stays.
cloud = "aws"
reference_region = "us-east-1"
[api]
url = "{address}"
name = "AWS Price List API"

[sources]
page = { name = "pricing page", kind = "recalled", date = "2025-10" } # and this one

# Storage
[[price]]
id = "s3.standard.storage"
item = "S3 Standard storage"
unit = "GB-month"
usd = 0.023 # ten per cent more in the fixture
regions = { eu-central-1 = 0.0245, "ap-*" = 0.03 }
sources = ["page"]
sku = { service = "AmazonS3", match = { usageType = "TimedStorage-ByteHrs" } }

[[price]]
id = "s3.put"
item = "S3 PUT requests"
unit = "request"
usd = 0.000005
sources = ["page"]
sku = { service = "AmazonS3", match = { usageType = "Requests-Tier1" } }

[[price]]
id = "s3.unknown"
item = "not in the list"
unit = "request"
usd = 1.0
sources = ["page"]
sku = { service = "AmazonS3", match = { usageType = "Requests-Tier9" } }

[[price]]
id = "ec2.c6i.xlarge"
item = "EC2 c6i.xlarge"
unit = "instance-hour"
usd = 0.16
sources = ["page"]
sku = { service = "AmazonEC2", match = { "Instance Type" = "c6i.xlarge", "Operating System" = "Linux", Tenancy = "Shared", "Pre Installed S/W" = "NA", CapacityStatus = "Used" } }

[[price]]
id = "s3.thousand"
item = "the same in another unit"
unit = "thousand requests"
usd = 0.005
sources = ["page"]
sku = { service = "AmazonS3", match = { usageType = "Requests-Tier1" } }

[[price]]
id = "without.list"
item = "nobody lists it"
unit = "hour"
usd = 2.0
sources = ["page"]

[region_factors]
default = 1.2
us-east-1 = 1.0
"#;

const AZURE: &str = r#"cloud = "azure"
reference_region = "eastus"
[api]
url = "{address}"
name = "Azure Retail Prices API"
[sources]
page = { name = "pricing page", kind = "recalled", date = "2025-10" }
[[price]]
id = "azure.vm.D4s_v5"
item = "D4s_v5"
unit = "instance-hour"
usd = 0.192
sources = ["page"]
sku = { service = "Virtual Machines", match = { armSkuName = "Standard_D4s_v5", productName = "!*Windows", skuName = "!*Spot" } }
[region_factors]
default = 1.2
eastus = 1.0
"#;

const GCP: &str = r#"cloud = "gcp"
reference_region = "us-central1"
[api]
url = "{address}"
name = "Google Cloud Billing Catalog API"
key_variable = "GOOGLE_CLOUD_API_KEY"
[sources]
page = { name = "pricing page", kind = "recalled", date = "2025-10" }
[[price]]
id = "gcp.pubsub.tib"
item = "Pub/Sub messages"
unit = "TiB"
usd = 40.0
same_everywhere = true
sources = ["page"]
sku = { service = "AAAA", match = { description = "Message Delivery Basic" } }
[[price]]
id = "gcp.pubsub.storage"
item = "Pub/Sub storage"
unit = "GiB-month"
usd = 0.27
regions = { europe-west3 = 0.27 }
sources = ["page"]
sku = { service = "AAAA", match = { description = "Message Storage*", resourceGroup = "Storage" } }
[region_factors]
default = 1.2
us-central1 = 1.0
"#;

struct Case {
    folder: tempfile::TempDir,
    server: Server,
}

impl Case {
    fn new() -> Self {
        let case = Self { folder: tempfile::tempdir().unwrap(), server: serve() };
        for (name, text) in [("aws", AWS), ("azure", AZURE), ("gcp", GCP)] {
            case.write(name, &text.replace("{address}", &case.server.address));
        }
        case
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.folder.path().join(format!("{name}.toml")), text).unwrap();
    }

    fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.folder.path().join(format!("{name}.toml"))).unwrap()
    }

    fn price(&self, name: &str, id: &str) -> Price {
        let prices = PriceList::read(&self.text(name)).unwrap().prices().unwrap();
        prices.into_iter().find(|(own, _)| own == id).unwrap().1
    }

    fn refresh(&self, provider: Option<Provider>, check: bool, key: Option<&str>) -> Result<bool> {
        refresh(self.folder.path(), provider, check, key, "2026-11-21")
    }
}

#[test]
fn aws_prices_change_in_place_and_what_cannot_be_looked_up_stays() {
    let case = Case::new();
    let before = case.text("aws");
    assert!(!case.refresh(Some(Provider::Aws), true, None).unwrap(), "a check says that something would change");
    assert_eq!(case.text("aws"), before, "a check changes nothing");
    assert!(case.refresh(Some(Provider::Aws), false, None).unwrap());

    let storage = case.price("aws", "s3.standard.storage");
    assert_eq!((storage.usd, storage.regions["eu-central-1"], storage.regions["ap-*"]), (0.0253, 0.0245, 0.03));
    assert_eq!(storage.sources[0].kind, knowledge::price::SourceKind::Provider);
    assert_eq!(storage.date, "2026-11-21");
    assert_eq!(storage.in_region("eu-central-1", 1.0).certainty, knowledge::price::Certainty::Published);
    assert_eq!(storage.in_region("ap-east-1", 1.0).usd, 0.03);
    assert_eq!(case.price("aws", "ec2.c6i.xlarge").usd, 0.17, "Linux, in use, and no reservation");
    assert_eq!(case.price("aws", "s3.put").usd, 0.000005);
    for (id, usd) in [("s3.unknown", 1.0), ("s3.thousand", 0.005), ("without.list", 2.0)] {
        let kept = case.price("aws", id);
        assert_eq!(
            (kept.usd, kept.sources.len(), kept.certainty),
            (usd, 1, knowledge::price::Certainty::SingleSource),
            "{id}"
        );
    }

    let after = case.text("aws");
    for line in ["# Unit prices; this comment stays.", "# Storage", "usd = 0.0253 # ten per cent more in the fixture"] {
        assert!(after.contains(line), "{line} is not in\n{after}");
    }
    let changed: Vec<_> = after.lines().filter(|line| !before.contains(line)).collect();
    assert_eq!(changed.len(), 7, "{changed:#?}");
    assert!(case.refresh(Some(Provider::Aws), true, None).unwrap(), "a second look finds nothing to change");
}

#[test]
fn azure_asks_for_what_is_equal_follows_the_pages_and_leaves_windows_and_spot_out() {
    let case = Case::new();
    assert!(case.refresh(Some(Provider::Azure), false, None).unwrap());
    assert_eq!(case.price("azure", "azure.vm.D4s_v5").usd, 0.2);
    let log = case.server.log.lock().unwrap();
    assert_eq!(log.len(), 2, "{log:?}");
    assert!(log[0].contains("armRegionName%20eq%20'eastus'") && log[0].contains("armSkuName%20eq%20'Standard_D4s_v5'"));
    assert!(!log[0].contains("Windows"), "what is not equal is looked at here: {}", log[0]);
}

#[test]
fn google_cloud_asks_for_a_key_and_reads_whole_units_and_billionths() {
    let case = Case::new();
    let before = case.text("gcp");
    let error = format!("{:#}", case.refresh(Some(Provider::Gcp), false, None).unwrap_err());
    assert!(error.contains("GOOGLE_CLOUD_API_KEY") && error.contains("no price was changed"), "{error}");
    let error = format!("{:#}", case.refresh(Some(Provider::Gcp), false, Some("wrong")).unwrap_err());
    assert!(!error.contains("wrong") && error.contains("/v1/services/AAAA/skus"), "{error}");
    assert_eq!(case.text("gcp"), before);

    assert!(case.refresh(Some(Provider::Gcp), false, Some("secret")).unwrap());
    assert_eq!(case.price("gcp", "gcp.pubsub.tib").usd, 44.0, "after the free tier");
    let storage = case.price("gcp", "gcp.pubsub.storage");
    assert_eq!((storage.usd, storage.regions["europe-west3"]), (0.27, 0.3), "only Frankfurt is listed");
}

#[test]
fn without_network_nothing_changes_and_it_says_so() {
    let case = Case::new();
    // A port on which nobody listens any more.
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    case.write("azure", &AZURE.replace("{address}", &format!("http://{nobody}")));
    let before = ["aws", "azure", "gcp"].map(|name| case.text(name));
    let error = format!("{:#}", case.refresh(None, false, None).unwrap_err());
    assert!(error.contains(&nobody.to_string()) && error.contains("no price was changed"), "{error}");
    assert_eq!(["aws", "azure", "gcp"].map(|name| case.text(name)), before, "AWS answered, and was not written either");
}

#[test]
fn an_answer_of_another_form_changes_nothing() {
    let case = Case::new();
    case.write(
        "azure",
        &AZURE.replace("{address}", &format!("{}/v1/services/AAAA/skus?key=secret#", case.server.address)),
    );
    let before = case.text("azure");
    let error = format!("{:#}", case.refresh(Some(Provider::Azure), false, None).unwrap_err());
    assert!(error.contains("another form"), "{error}");
    assert_eq!(case.text("azure"), before);
}

#[test]
fn matches_take_the_first_paid_tier_and_refuse_to_choose() {
    let matches = |rows: &[(f64, f64)]| Matches(rows.to_vec()).answer(1000.0);
    assert_eq!(matches(&[(0.0, 0.0), (10.0, 0.5), (20.0, 0.25)]), Answer::Usd(500.0));
    assert_eq!(matches(&[(0.0, 2.0), (0.0, 2.0)]), Answer::Usd(2000.0));
    assert_eq!(matches(&[(0.0, 2.0), (0.0, 3.0)]), Answer::Ambiguous(vec![2000.0, 3000.0]));
    assert_eq!(matches(&[(0.0, 0.0)]), Answer::Nothing);
}

#[test]
fn what_is_wanted_may_begin_end_contain_or_not_be() {
    for (value, wanted, is) in [
        ("Standard", "Standard", true),
        ("Standard Spot", "Standard*", true),
        ("Standard Spot", "*Spot", true),
        ("Standard Spot", "!*Spot", false),
        ("a CPU Allocation Time b", "*CPU Allocation Time*", true),
        ("Standard", "standard", false),
    ] {
        assert_eq!(is_wanted(value, wanted), is, "{value} as {wanted}");
    }
}

#[test]
fn the_price_files_of_the_checkout_can_be_asked_for() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/knowledge/data/prices");
    for provider in Provider::ALL {
        let text = std::fs::read_to_string(folder.join(format!("{}.toml", provider.name()))).unwrap();
        let list = PriceList::read(&text).unwrap();
        let cloud = match provider {
            Provider::Aws => Cloud::Aws,
            Provider::Gcp => Cloud::Gcp,
            Provider::Azure => Cloud::Azure,
        };
        assert_eq!(list.cloud, cloud);
        let prices = list.prices().unwrap();
        let all = wanted(&prices, &list.reference_region);
        assert!(all.len() > 20, "{}: {}", provider.name(), all.len());
        // A file as it is, confirmed as a whole, stays readable and gets the provider as a source.
        let same: Vec<_> = all.into_iter().map(|wanted| (wanted, Outcome::Same)).collect();
        let edited = file::edited(&text, &same, &list.reference_region, &list.api.name, "2026-11-21").unwrap();
        let after = PriceList::read(&edited).unwrap().prices().unwrap();
        for ((id, before), (_, after)) in prices.iter().zip(&after) {
            assert_eq!((before.usd, &before.regions), (after.usd, &after.regions), "{id}");
            let listed = after.sources.iter().any(|source| source.kind == knowledge::price::SourceKind::Provider);
            assert_eq!(listed, before.sku.is_some(), "{id}");
        }
    }
}
