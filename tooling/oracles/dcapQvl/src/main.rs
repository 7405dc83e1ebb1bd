//! Judges TDX quotes with Phala's dcap-qvl, with collateral that is given to it and nothing from a network. Questions come
//! as JSON on standard input, bytes as base64; for each one an answer: its TCB status, or why it is refused.

use std::error::Error;
use std::io::Read;

use base64::prelude::{Engine, BASE64_STANDARD};
use dcap_qvl::verify::QuoteVerifier;
use dcap_qvl::QuoteCollateralV3;
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Question {
    root: String,
    now: u64,
    quote: String,
    tcb_info: String,
    tcb_info_signature: String,
    qe_identity: String,
    qe_identity_signature: String,
    signing_chain: String,
    pck_crl_chain: String,
    pck_crl: String,
    root_crl: String,
}

#[derive(Serialize)]
struct Answer {
    status: Option<String>,
    advisories: Vec<String>,
    error: Option<String>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut input = String::new();
    std::io::stdin().read_to_string(&mut input)?;
    let questions: Vec<Question> = serde_json::from_str(&input)?;
    let answers: Vec<Answer> = questions
        .iter()
        .map(|question| match judge(question) {
            Ok((status, advisories)) => Answer { status: Some(status), advisories, error: None },
            Err(error) => Answer { status: None, advisories: Vec::new(), error: Some(error.to_string()) },
        })
        .collect();
    println!("{}", serde_json::to_string(&answers)?);
    Ok(())
}

fn judge(question: &Question) -> Result<(String, Vec<String>), Box<dyn Error>> {
    let collateral = QuoteCollateralV3 {
        pck_crl_issuer_chain: question.pck_crl_chain.clone(),
        root_ca_crl: BASE64_STANDARD.decode(&question.root_crl)?,
        pck_crl: BASE64_STANDARD.decode(&question.pck_crl)?,
        tcb_info_issuer_chain: question.signing_chain.clone(),
        tcb_info: question.tcb_info.clone(),
        tcb_info_signature: BASE64_STANDARD.decode(&question.tcb_info_signature)?,
        qe_identity_issuer_chain: question.signing_chain.clone(),
        qe_identity: question.qe_identity.clone(),
        qe_identity_signature: BASE64_STANDARD.decode(&question.qe_identity_signature)?,
        pck_certificate_chain: None,
    };
    let root = pem::parse(&question.root)?.into_contents();
    let quote = BASE64_STANDARD.decode(&question.quote)?;
    let report = QuoteVerifier::new(root)
        .verify(&quote, &collateral, question.now)
        .map_err(|error| format!("{error:#}"))?;
    Ok((report.status, report.advisory_ids))
}
