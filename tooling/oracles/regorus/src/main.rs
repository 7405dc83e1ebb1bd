//! Evaluates Rego with regorus as Trustee and Kata's agent do: one engine a question, the policy, the data, the input,
//! then one rule. Reads a JSON document from standard input, writes one answer a question to standard output.
//!
//! Trustee v0.21.0: deps/policy-engine/src/policy/rego.rs and attestation-service/src/ear_token/broker.rs.
//! Kata: src/agent/policy/src/policy.rs.

use std::collections::HashMap;
use std::io::Read;
use std::num::{NonZeroU32, NonZeroUsize};

use regorus::{Engine, PolicyLengthConfig, Value};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
struct Document {
    modules: HashMap<String, String>,
    questions: Vec<Question>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Question {
    /// Name of the policy among the modules.
    module: String,
    /// `trustee` or `kata`: whose settings the engine has.
    engine: String,
    /// The rule or query, for example data.policy.allow.
    query: String,
    input: serde_json::Value,
    /// Documents at the root.
    data: Option<serde_json::Value>,
    /// What query_reference_value answers; absent where the engine does not know that function.
    values: Option<HashMap<String, serde_json::Value>>,
}

/// `value` is absent where the rule is undefined.
#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Answer {
    Value(serde_json::Value),
    Undefined(bool),
    Error(String),
}

fn main() -> anyhow::Result<()> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    let document: Document = serde_json::from_str(&text)?;
    let answers: Vec<Answer> = document
        .questions
        .iter()
        .map(|question| match answer(question, &document.modules) {
            Ok(Value::Undefined) => Answer::Undefined(true),
            Ok(value) => match serde_json::to_value(value) {
                Ok(value) => Answer::Value(value),
                Err(error) => Answer::Error(error.to_string()),
            },
            Err(error) => Answer::Error(format!("{error:#}")),
        })
        .collect();
    println!("{}", serde_json::to_string(&answers)?);
    Ok(())
}

fn answer(question: &Question, modules: &HashMap<String, String>) -> anyhow::Result<Value> {
    let rego = modules
        .get(&question.module)
        .ok_or_else(|| anyhow::anyhow!("no module {}", question.module))?;
    match question.engine.as_str() {
        "trustee" => as_trustee(question, rego),
        "kata" => as_kata(question, rego),
        other => anyhow::bail!("no engine {other}"),
    }
}

fn as_trustee(question: &Question, rego: &str) -> anyhow::Result<Value> {
    anyhow::ensure!(!rego.contains("base64url"), "Trustee's engine has no base64url");
    let mut engine = Engine::new();
    engine.add_policy(String::new(), rego.to_string())?;
    if let Some(data) = &question.data {
        engine.add_data(Value::from_json_str(&data.to_string())?)?;
    }
    engine.set_input_json(&question.input.to_string())?;
    if let Some(values) = question.values.clone() {
        let lookup = move |params: Vec<Value>| {
            let name = params[0].as_string()?.to_string();
            // No such value is null, not undefined.
            let value = values.get(&name).cloned().unwrap_or(serde_json::Value::Null);
            Ok(serde_json::from_value(value)?)
        };
        engine.add_extension("query_reference_value".to_string(), 1, Box::new(lookup))?;
    }
    engine.eval_rule(question.query.clone())
}

fn as_kata(question: &Question, rego: &str) -> anyhow::Result<Value> {
    let mut engine = Engine::new();
    engine.set_strict_builtin_errors(false);
    engine.set_gather_prints(true);
    engine.set_policy_length_config(PolicyLengthConfig {
        max_col: NonZeroU32::new(64 * 1024).expect("not zero"),
        max_file_bytes: NonZeroUsize::new(16 * 1024 * 1024).expect("not zero"),
        max_lines: NonZeroUsize::new(200_000).expect("not zero"),
    });
    engine.add_data(Value::from_json_str(r#"{"pstate":{}}"#)?)?;
    engine.add_policy("agent_policy".to_string(), rego.to_string())?;
    engine.set_input_json(&question.input.to_string())?;
    let results = engine.eval_query(question.query.clone(), false)?;
    let value = results.result.first().and_then(|result| result.expressions.first());
    Ok(value.map_or(Value::Undefined, |expression| expression.value.clone()))
}
