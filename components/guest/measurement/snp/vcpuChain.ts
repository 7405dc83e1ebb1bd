import type { PageChain } from "./pageChain";
import { pageDigest, pageTypes, vmsaGpa } from "./pageChain";
import type { VmsaArgs } from "./vmsa";
import { bspEip, vmsaPage } from "./vmsa";

/** Launch digests after one, two, three … vCPUs; each is computed once, when it is first asked for. */
export class VcpuChain {
  private readonly digests: string[] = [];
  private readonly first: Uint8Array;
  private readonly further: Uint8Array;

  /** The chain up to the first vCPU becomes this object's own. */
  constructor(
    private readonly chain: PageChain,
    { apEip, ...registers }: Omit<VmsaArgs, "eip"> & { readonly apEip: number },
  ) {
    this.first = pageDigest(vmsaPage({ ...registers, eip: bspEip }));
    this.further = pageDigest(vmsaPage({ ...registers, eip: apEip }));
  }

  digestAfter(vcpus: number): string {
    while (this.digests.length < vcpus) {
      this.chain.add(pageTypes.vmsa, vmsaGpa, this.digests.length === 0 ? this.first : this.further);
      this.digests.push(this.chain.digest());
    }
    return this.digests[vcpus - 1]!;
  }
}
