import { randomBytes } from "node:crypto";
import type { Release } from "../../components/workload/release";
import { AttestationService } from "./attestationService";
import type { TestCertificate } from "./authority";
import { TestAuthority } from "./authority";
import { TestMachine } from "./hardware";
import { KeyBroker } from "./keyBroker";
import type { Decisions } from "./stores";
import { TestVendors } from "./vendors";

/** All that a run of the protocol needs, SIMULATED but for policies and values; remove it when done. */
export class World {
  private readonly others = new Map<string, TestMachine>();

  private constructor(
    readonly releases: readonly Release[],
    readonly decisions: Decisions,
    readonly vendors: TestVendors,
    /** Vendors that nobody trusts: what anyone can make at home. */
    readonly strangers: TestVendors,
    readonly machine: TestMachine,
    readonly signer: TestCertificate,
    /** A signer of tokens that nobody trusts. */
    readonly strangeSigner: TestCertificate,
    private readonly service: AttestationService,
    readonly broker: KeyBroker,
  ) {}

  static async create(opa: string, releases: readonly Release[], decisions: Decisions): Promise<World> {
    const [vendors, strangers, authority] = await Promise.all([
      TestVendors.create(),
      TestVendors.create(),
      TestAuthority.create("attestation service"),
    ]);
    const signers = ["SIMULATED token signer", "SIMULATED other token signer"].map((commonName) =>
      authority.issue({ commonName, curve: "P-256" }),
    );
    const [signer, strangeSigner] = (await Promise.all(signers)) as [TestCertificate, TestCertificate];
    const service = new AttestationService(opa, decisions, vendors, signer);
    const made = new Map<string, string>();
    const known = new Set(releases.flatMap(({ resources }) => resources));
    const resource = (path: string) => {
      if (!known.has(path)) return undefined;
      const value = made.get(path) ?? `SIMULATED key of ${path}, made for this run: ${randomBytes(32).toString("hex")}`;
      made.set(path, value);
      return value;
    };
    const broker = new KeyBroker(opa, decisions.resourcePolicy, service, signer.certificate, resource);
    const machine = new TestMachine(vendors, "host-a");
    return new World(releases, decisions, vendors, strangers, machine, signer, strangeSigner, service, broker);
  }

  /** Another host: of the same vendors, or of those that nobody trusts. */
  otherMachine(name: string, vendors: TestVendors = this.vendors): TestMachine {
    const machine = this.others.get(name) ?? new TestMachine(vendors, name);
    this.others.set(name, machine);
    return machine;
  }

  remove(): void {
    this.service.remove();
    this.broker.remove();
  }
}
