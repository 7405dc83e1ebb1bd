import { tdxHostSettings } from "../../examples/intelHosts";
import { certificateFiles } from "../../intelHosts";
import { bareMetal, resourceRule } from "../../rule";
import { file } from "../../sources";

export const tdxCertificatesVerified = resourceRule({
  id: "tdx-certificates-verified",
  title: "Hosts have their TDX certificates from a cache that they verify",
  pillar: "hardware",
  severity: "medium",
  threat:
    "Whoever is between hosts and their certificate cache answers in its place, reads which platforms there are, and hands out certificates with which no quote is accepted.",
  remediation: "Write pccs_url with https and use_secure_cert: true, and trust the cache's CA on the hosts.",
  source: file("intel/confidential-computing.tee.dcap", "QuoteGeneration/qcnl/linux/sgx_default_qcnl.conf"),
  platforms: bareMetal,
  claims: ["host-prepared"],
  boundary: { by: "keyBroker", how: "the broker verifies quotes by collateral that it fetched itself" },
  looksAt: certificateFiles,
  *check({ place, settings }) {
    if (!settings) {
      yield place.finding("is no JSON object: quotes have no certificates");
      return;
    }
    if (settings.at("use_secure_cert").value === false)
      yield settings.at("use_secure_cert").finding("is false: whoever answers is believed");
    for (const key of ["pccs_url", "collateral_service"]) {
      const url = settings.at(key);
      if (/^http:/i.test(url.text ?? "")) yield url.finding("is plain http: whoever answers is believed");
    }
  },
  compliant: [tdxHostSettings],
  breakages: [
    {
      mistake: "a cache with a certificate of its own that nobody checks",
      path: "/data/sgx_default_qcnl.conf",
      replace: ['"use_secure_cert": true', '"use_secure_cert": false'],
      expect: 'data["sgx_default_qcnl.conf"]#use_secure_cert',
    },
    {
      mistake: "a cache without TLS",
      path: "/data/sgx_default_qcnl.conf",
      replace: ["https://", "http://"],
      expect: 'data["sgx_default_qcnl.conf"]#pccs_url',
    },
    {
      mistake: "settings that do not parse",
      path: "/data/sgx_default_qcnl.conf",
      value: "PCCS_URL=https://pccs.example.com",
      expect: 'data["sgx_default_qcnl.conf"]',
    },
  ],
});
