//! The platform's REST API, as far as `cargo xtask design` needs it.

use anyhow::{Context, Result, anyhow};
use reqwest::{Method, StatusCode};
use run::id::{ProjectId, RunId};
use serde_json::{Value, json};

use super::{BadInput, refuse, words};

/// Name of the project when neither a project nor a parent is named.
const DEFAULT_PROJECT: &str = "default";

/// The platform's REST API.
pub struct Api {
    /// The client.
    pub http: reqwest::Client,
    /// Where the platform is, without a slash at the end.
    pub origin: String,
}

/// The project that a new version goes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    /// Its id; none when there is no such project yet.
    pub id: Option<ProjectId>,
    /// Its name.
    pub name: String,
}

impl Api {
    /// Sends a request; answers with the status and the text, whatever they are.
    ///
    /// # Errors
    /// When there is no answer.
    pub async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Result<(StatusCode, String)> {
        let mut request = self.http.request(method, format!("{}{path}", self.origin));
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await.with_context(|| {
            format!("no platform answers at {}: start one with `cargo xtask dev`, or leave --endpoint out", self.origin)
        })?;
        Ok((response.status(), response.text().await.context("the platform's answer broke off")?))
    }

    /// Calls the API; a refusal becomes an error with the problem's own words.
    ///
    /// # Errors
    /// [`BadInput`] when what was given is refused; otherwise the cause of the failure.
    pub async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Result<Value> {
        let (status, text) = self.send(method, path, body).await?;
        let url = format!("{}{path}", self.origin);
        if status.is_success() {
            return serde_json::from_str(&text).with_context(|| format!("{url} did not answer with JSON"));
        }
        let message = words::problem(&text);
        // Who can act decides: what was given, or the platform.
        if status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS {
            Err(BadInput(message).into())
        } else {
            Err(anyhow!("{url} answered {status}: {message}"))
        }
    }

    /// Finds the project for a new version: the named one, that of the parent, or the default. Nothing is made.
    ///
    /// # Errors
    /// [`BadInput`] when there is no such parent, or it is a version of another project than the named one.
    pub async fn home(&self, project: Option<&str>, parent: Option<&RunId>) -> Result<Home> {
        let projects = self.projects().await?;
        let named = |name: &str| {
            let wanted = name.trim().to_lowercase();
            let found = projects.iter().find(|(_, existing)| existing.to_lowercase() == wanted);
            found.map_or_else(
                || Home { id: None, name: name.trim().to_owned() },
                |(id, name)| Home { id: Some(id.clone()), name: name.clone() },
            )
        };
        let Some(parent) = parent else { return Ok(named(project.unwrap_or(DEFAULT_PROJECT))) };
        for (id, name) in &projects {
            let (status, text) =
                self.send(Method::GET, &format!("/v1/projects/{id}/decision-sets/{parent}"), None).await?;
            if status == StatusCode::NOT_FOUND {
                continue;
            }
            if !status.is_success() {
                return Err(anyhow!("the platform cannot look for the parent ({status}): {}", words::problem(&text)));
            }
            let owner = Home { id: Some(id.clone()), name: name.clone() };
            return match project.map(named) {
                Some(home) if home != owner => refuse(format!(
                    "--parent {parent} is a version of project `{name}`, not of `{}`: leave --project out, or say \
                     --project \"{name}\"",
                    home.name
                )),
                Some(_) | None => Ok(owner),
            };
        }
        refuse(format!(
            "--parent {parent}: no project of this platform has such a version; `cargo xtask design` says a version's id \
             (ds_…) when it starts, and decision-set.json holds it"
        ))
    }

    /// The id of a project, which is made when there is none.
    ///
    /// # Errors
    /// [`BadInput`] when the name is refused.
    pub async fn settle(&self, home: &Home) -> Result<ProjectId> {
        if let Some(id) = &home.id {
            return Ok(id.clone());
        }
        let project = self.call(Method::POST, "/v1/projects", Some(json!({ "name": home.name }))).await?;
        serde_json::from_value(project["id"].clone()).context("a project without an id")
    }

    /// All projects: id and name.
    async fn projects(&self) -> Result<Vec<(ProjectId, String)>> {
        let mut projects = Vec::new();
        let mut path = "/v1/projects?limit=100".to_owned();
        loop {
            let page = self.call(Method::GET, &path, None).await?;
            for project in page["projects"].as_array().into_iter().flatten() {
                let id = serde_json::from_value(project["id"].clone()).context("a project without an id")?;
                projects.push((id, project["name"].as_str().unwrap_or_default().to_owned()));
            }
            match page["next_cursor"].as_str() {
                Some(cursor) => path = format!("/v1/projects?limit=100&cursor={cursor}"),
                None => return Ok(projects),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::design::fixtures::{self, Log};

    const FIRST: &str = "prj_01JC9Z3V7K5T2Q8W6E4R1Y0X9A";
    const SECOND: &str = "prj_01JC9Z3V7K5T2Q8W6E4R1Y0X9B";
    const PARENT: &str = "ds_01JC9Z3V7K5T2Q8W6E4R1Y0X9C";

    /// A platform with two projects on two pages, the second of which has the parent; and what was sent to it.
    async fn platform() -> (Api, Log) {
        fixtures::platform(|request, path| match (request, path) {
            ("GET", "/v1/projects?limit=100") => {
                (200, json!({"projects": [{"id": FIRST, "name": "default"}], "next_cursor": "next"}))
            }
            ("GET", "/v1/projects?limit=100&cursor=next") => {
                (200, json!({"projects": [{"id": SECOND, "name": "Überfluss"}]}))
            }
            ("GET", path) if path == format!("/v1/projects/{SECOND}/decision-sets/{PARENT}") => (200, json!({})),
            ("POST", "/v1/projects") => (201, json!({"id": FIRST})),
            _ => (404, json!({"detail": "There is none."})),
        })
        .await
    }

    fn run(id: &str) -> RunId {
        id.parse().unwrap()
    }

    fn home(id: &str, name: &str) -> Home {
        Home { id: Some(id.parse().unwrap()), name: name.into() }
    }

    #[tokio::test]
    async fn a_parent_brings_its_project() {
        let (api, _) = platform().await;
        let parent = run(PARENT);
        assert_eq!(api.home(None, Some(&parent)).await.unwrap(), home(SECOND, "Überfluss"));
        assert_eq!(api.home(Some(" überfluss"), Some(&parent)).await.unwrap(), home(SECOND, "Überfluss"));
    }

    #[tokio::test]
    async fn a_parent_of_another_project_names_that_project_and_makes_none() {
        let (api, sent) = platform().await;
        for project in ["default", "new"] {
            let error = api.home(Some(project), Some(&run(PARENT))).await.unwrap_err();
            assert!(error.is::<BadInput>(), "{error}");
            let message = error.to_string();
            assert!(message.contains(&format!("project `Überfluss`, not of `{project}`")), "{message}");
            assert_eq!(message.matches(PARENT).count(), 1, "{message}");
        }
        let unknown = run("ds_01JC9Z3V7K5T2Q8W6E4R1Y0X9D");
        let error = api.home(None, Some(&unknown)).await.unwrap_err();
        assert!(error.is::<BadInput>() && error.to_string().contains("no project"), "{error}");
        assert!(sent.lock().unwrap().iter().all(|sent| sent.starts_with("GET ")), "{sent:?}");
    }

    #[tokio::test]
    async fn a_project_is_made_when_there_is_none_of_its_name() {
        let (api, sent) = platform().await;
        assert_eq!(api.home(None, None).await.unwrap(), home(FIRST, "default"));
        let new = api.home(Some("new"), None).await.unwrap();
        assert_eq!(new, Home { id: None, name: "new".into() });
        assert!(sent.lock().unwrap().iter().all(|sent| sent.starts_with("GET ")), "{sent:?}");
        api.settle(&new).await.unwrap();
        assert_eq!(sent.lock().unwrap().last().unwrap(), r#"POST /v1/projects {"name":"new"}"#);
    }

    #[tokio::test]
    async fn a_refusal_is_bad_input_in_the_problems_words() {
        let (api, _) = platform().await;
        let error = api.call(Method::GET, "/v1/nowhere", None).await.unwrap_err();
        assert!(error.is::<BadInput>());
        assert_eq!(error.to_string(), "There is none.");
    }
}
