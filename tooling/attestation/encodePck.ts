import * as asn1js from "asn1js";
import type { PckIdentity } from "../../components/verdict/tdx/pckCertificate";
import { sgxExtension, sgxMembers } from "../../components/verdict/tdx/pckCertificate";

/** Intel's extension in the certificate of a SYNTHETIC platform, by object identifier. */
export function encodePckExtension(identity: PckIdentity): Record<string, Uint8Array> {
  const { ppid, fmspc, pceId, sgxComponents, pceSvn, sgxType } = identity;
  const tcb = [
    ...sgxComponents.map((svn, index) => pair(sgxMembers.component(index + 1), integer(svn))),
    pair(sgxMembers.pceSvn, integer(pceSvn)),
    pair(sgxMembers.cpuSvn, octets(Buffer.from(sgxComponents))),
  ];
  const extension = sequence(
    pair(sgxMembers.ppid, octets(Buffer.from(ppid, "hex"))),
    pair(sgxMembers.tcb, sequence(...tcb)),
    pair(sgxMembers.pceId, octets(Buffer.from(pceId, "hex"))),
    pair(sgxMembers.fmspc, octets(Buffer.from(fmspc, "hex"))),
    pair(sgxMembers.sgxType, new asn1js.Enumerated({ value: sgxType })),
    // Scalable platforms name their instance and configuration as well; independent verifiers want them.
    pair(`${sgxExtension}.6`, octets(Buffer.alloc(16))),
    pair(
      `${sgxExtension}.7`,
      sequence(...[1, 2, 3].map((flag) => pair(`${sgxExtension}.7.${flag}`, new asn1js.Boolean({ value: false })))),
    ),
  );
  return { [sgxExtension]: new Uint8Array(extension.toBER()) };
}

function pair(identifier: string, value: asn1js.AsnType): asn1js.Sequence {
  return sequence(new asn1js.ObjectIdentifier({ value: identifier }), value);
}

function sequence(...value: asn1js.AsnType[]): asn1js.Sequence {
  return new asn1js.Sequence({ value });
}

function integer(value: number): asn1js.Integer {
  return new asn1js.Integer({ value });
}

function octets(bytes: Buffer): asn1js.OctetString {
  return new asn1js.OctetString({ valueHex: new Uint8Array(bytes) });
}
