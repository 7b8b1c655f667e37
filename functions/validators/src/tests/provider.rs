//! The check against the AWS provider's schema: what is right passes, and each planted fault is found where it stands.

use std::time::Instant;

use design::validation::{Check, CheckStatus};

use super::{passes, places, repository};
use crate::provider;

/// Right in every way that the check knows.
const RIGHT: &str = r#"terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.25"
    }
  }
}

provider "aws" {
  region = var.region

  default_tags {
    tags = { Application = "x" }
  }
}

variable "region" {
  type = string
}

variable "zones" {
  type = list(string)
}

data "aws_caller_identity" "current" {}

resource "aws_s3_bucket" "data" {
  for_each = toset(["a", "b"])
  bucket   = "x-${each.key}-${data.aws_caller_identity.current.account_id}"

  lifecycle {
    ignore_changes  = [tags, tags_all["x"]]
    prevent_destroy = true
  }
}

resource "aws_subnet" "private" {
  count      = length(var.zones)
  vpc_id     = aws_vpc.main.id
  cidr_block = cidrsubnet(aws_vpc.main.cidr_block, 4, count.index)
}

resource "aws_vpc" "main" {
  cidr_block         = "10.0.0.0/16"
  enable_dns_support = "true"
}

resource "aws_security_group" "closed" {
  vpc_id = aws_vpc.main.id

  dynamic "ingress" {
    for_each = var.zones
    content {
      from_port = 443
      to_port   = "443"
      protocol  = "tcp"
    }
  }
}

resource "aws_rds_cluster" "main" {
  engine                      = "aurora-postgresql"
  manage_master_user_password = true
  vpc_security_group_ids      = [aws_security_group.closed.id]

  serverlessv2_scaling_configuration {
    min_capacity = 0.5
    max_capacity = 8
  }
}

resource "aws_db_subnet_group" "main" {
  subnet_ids = aws_subnet.private[*].id
}

resource "aws_s3tables_table_bucket" "lake" {
  name                     = "lake"
  encryption_configuration = { sse_algorithm = "AES256" }
}

output "buckets" {
  value = [for bucket in aws_s3_bucket.data : bucket.arn]
}

output "first" {
  value = "${aws_s3_bucket.data["a"].arn} ${aws_rds_cluster.main.master_user_secret[0].secret_arn}"
}
"#;

fn check(text: &str) -> Check {
    provider::check(&repository(&[("terraform/main.tf", text)])).expect("Terraform to look at")
}

/// The right configuration with one thing changed.
fn changed(from: &str, to: &str) -> Vec<String> {
    assert!(RIGHT.contains(from), "{from}");
    let check = check(&RIGHT.replacen(from, to, 1));
    check.findings.iter().map(|finding| format!("{} {}", finding.rule, finding.message)).collect()
}

#[test]
fn what_is_right_passes_and_says_what_it_was_held_to() {
    let check = check(RIGHT);
    passes(&check);
    let version = check.version.unwrap();
    assert!(version.contains("6.25.0") && version.contains("not `terraform validate`"), "{version}");
    assert_eq!(provider::check(&repository(&[("README.md", "# No Terraform\n")])), None);
}

#[test]
fn planted_faults_are_found() {
    for (from, to, expected) in [
        ("\"aws_vpc\" \"main\"", "\"aws_vcp\" \"main\"", "type The provider has no resource `aws_vcp`."),
        ("data \"aws_caller_identity\"", "data \"aws_caller\"", "type The provider has no data `aws_caller`."),
        (
            "enable_dns_support =",
            "dns_support =",
            "argument `aws_vpc.main` has no argument `dns_support`. There is `enable_dns_support`.",
        ),
        (
            "max_capacity =",
            "most =",
            "argument `aws_rds_cluster.main` has no argument `serverlessv2_scaling_configuration.most`.",
        ),
        ("  default_tags {", "  standard_tags {", "block `aws` has no block `standard_tags`."),
        (
            "  engine                      = \"aurora-postgresql\"\n",
            "",
            "required `aws_rds_cluster.main` lacks `engine`.",
        ),
        (
            "    max_capacity = 8\n  }\n",
            "    max_capacity = 8\n  }\n\n  restore_to_point_in_time {}\n\n  s3_import {\n    bucket_name = \"x\"\n  }\n",
            "required `s3_import` of `aws_rds_cluster.main` lacks `ingestion_role`.",
        ),
        (
            "manage_master_user_password = true",
            "manage_master_user_password = 1",
            "value `manage_master_user_password` of `aws_rds_cluster.main` takes a boolean, and gets a number.",
        ),
        (
            "[aws_security_group.closed.id]",
            "aws_security_group.closed.id",
            "value `vpc_security_group_ids` of `aws_rds_cluster.main` takes a list, and gets a string.",
        ),
        (
            "aws_subnet.private[*].id",
            "aws_subnet.private[0].id",
            "value `subnet_ids` of `aws_db_subnet_group.main` takes a list, and gets a string.",
        ),
        (
            "aws_subnet.private[*].id",
            "aws_subnet.private.id",
            "reference `aws_subnet.private` has instances: `id` needs an index before it.",
        ),
        (
            "= aws_vpc.main.id",
            "= aws_vpc.main[0].id",
            "reference `aws_vpc.main` is one: it has neither `count` nor `for_each`.",
        ),
        ("aws_vpc.main.cidr_block", "aws_vpc.main.cidr", "reference `aws_vpc.main` exports no `cidr`."),
        ("current.account_id", "current.account", "reference `aws_caller_identity.current` exports no `account`."),
        ("[0].secret_arn", "[0].secret", "reference `aws_rds_cluster.main` exports no `secret`."),
        (
            "to_port   = \"443\"",
            "to_port   = \"https\"",
            "value `ingress.to_port` of `aws_security_group.closed` takes a number, and gets text that is none.",
        ),
        (
            "{ sse_algorithm = \"AES256\" }",
            "{ algorithm = \"AES256\" }",
            "argument `encryption_configuration` of `aws_s3tables_table_bucket.lake` has no `algorithm`.",
        ),
        (
            "encryption_configuration = { sse_algorithm = \"AES256\" }",
            "encryption_configuration { sse_algorithm = \"AES256\" }",
            "block `encryption_configuration` of `aws_s3tables_table_bucket.lake` is an argument: it is written with `=`.",
        ),
        (
            "  serverlessv2_scaling_configuration {",
            "  serverlessv2_scaling_configuration = {",
            "argument `serverlessv2_scaling_configuration` of `aws_rds_cluster.main` is a block: it is written without `=`.",
        ),
        (
            "  cidr_block         = \"10.0.0.0/16\"",
            "  cidr_block         = \"10.0.0.0/16\"\n  arn = \"x\"",
            "argument `arn` of `aws_vpc.main` is only exported: it cannot be given.",
        ),
        ("[tags, tags_all[\"x\"]]", "[taggs]", "argument `aws_s3_bucket.data` has no `taggs` to ignore."),
        ("prevent_destroy", "never_destroy", "argument `lifecycle` has no `never_destroy`."),
        (
            "\"~> 6.25\"",
            "\"~> 5.90\"",
            "version `~> 5.90` leaves out 6.25.0, the version that the rest was checked against.",
        ),
        (
            "output \"buckets\"",
            "resource \"aws_vpc\" \"main\" {}\n\noutput \"buckets\"",
            "declared-twice `aws_vpc.main` is already declared in `terraform/main.tf`.",
        ),
    ] {
        let found = changed(from, to);
        assert!(found.iter().any(|finding| finding == expected), "{from} -> {to}: {found:#?}");
    }
}

#[test]
fn a_finding_names_its_line_and_blocks() {
    let text = "resource \"aws_vpc\" \"a\" {\n  cidr_block = \"10.0.0.0/16\"\n}\n\nresource \"aws_vpc\" \"b\" {\n  cidr_block = \"10.0.0.0/16\"\n  cidr       = 1\n}\n";
    let check = check(text);
    assert_eq!((check.status, places(&check)), (CheckStatus::Failed, vec!["!terraform/main.tf:7 argument".to_owned()]));
}

#[test]
fn what_another_provider_brings_is_said_to_be_unchecked() {
    let check = check("resource \"random_pet\" \"name\" {}\nresource \"terraform_data\" \"x\" {}\n");
    assert_eq!(
        (check.status, places(&check)),
        (CheckStatus::Passed, vec!["terraform/main.tf:1 not-checked".to_owned()])
    );
}

#[test]
fn the_schema_holds_the_whole_provider_and_is_cheap() {
    let clock = Instant::now();
    let size = provider::size();
    assert!(size > 2_200, "{size} types");
    let (unpacked, clock) = (clock.elapsed(), Instant::now());
    passes(&check(RIGHT));
    // Printed with `--nocapture`; a limit would fail on a busy machine.
    println!("unpacking {unpacked:?}, checking {:?}", clock.elapsed());
}
