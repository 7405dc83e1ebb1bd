import { tdxHostSettings } from "../../examples/intelHosts";
import { quoteServiceFiles } from "../../intelHosts";
import { bareMetal, resourceRule } from "../../rule";
import { file } from "../../sources";

const port = /^[ \t]*port[ \t]*=[ \t]*(\S+)/gim;

export const tdxQuotesBySocket = resourceRule({
  id: "tdx-quotes-by-socket",
  title: "A host's quote generation service listens on its socket, and on no port",
  pillar: "hardware",
  severity: "medium",
  threat:
    "With a port the service, which parses what it is sent, is open to each guest of the host over vsock, and one tenant keeps quotes from all.",
  remediation: "Leave port out of qgs.conf; Kata asks by the socket (tdx_quote_generation_service_socket_port = 0).",
  source: file("intel/confidential-computing.tee.dcap", "QuoteGeneration/quote_wrapper/qgs/server_main.cpp"),
  platforms: bareMetal,
  claims: ["host-prepared"],
  boundary: {
    by: "nothing",
    how: "a quote is signed for the guest that asks, whoever carries it; this is availability",
  },
  looksAt: quoteServiceFiles,
  *check({ place, text }) {
    for (const [, value] of text.matchAll(port))
      if (value !== "0") yield place.finding(`has port = ${value}: every guest of the host may connect`);
  },
  compliant: [tdxHostSettings],
  breakages: [
    {
      mistake: "the port of Intel's sample",
      path: "/data/qgs.conf",
      replace: ["number_threads", "port = 4050\nnumber_threads"],
      expect: 'data["qgs.conf"]',
    },
  ],
});
