import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { vmShape } from "../../../components/guest/shape";

describe("vCPUs", () => {
  // Read from kata-containers 4.0.0 and 4.1.0: pkg/oci/utils.go and initial_size.rs.
  it.each([
    [undefined, 1, 1],
    ["500m", 2, 1],
    ["1", 2, 2],
    [1, 2, 2],
    ["1500m", 3, 2],
    ["4", 5, 5],
    ["16", 17, 17],
    [16, 17, 17],
  ])("for a limit of %s: %i by the Go shim, %i by runtime-rs", (cpu, go, rs) => {
    expect(vmShape({ cpu }).vcpus).toBe(go);
    expect(vmShape({ cpu }, "go").vcpus).toBe(go);
    expect(vmShape({ cpu }, "runtime-rs").vcpus).toBe(rs);
  });

  it.each([
    ["999m", 2],
    ["1000m", 2],
    ["1001m", 3],
    ["0.1", 2],
    // kubelet's smallest quota is a hundredth of a CPU.
    ["1m", 2],
    ["0", 1],
    ["1.0001", 3],
  ])("round up once, after the addition: %s makes %i", (cpu, vcpus) => {
    expect(vmShape({ cpu }).vcpus).toBe(vcpus);
  });

  it("are what exact arithmetic says, for every limit", () => {
    fc.assert(
      fc.property(fc.integer({ min: 10, max: 512_000 }), (millis) => {
        expect(vmShape({ cpu: `${millis}m` }).vcpus).toBe(1 + Math.ceil(millis / 1000));
        expect(vmShape({ cpu: `${millis}m` }, "runtime-rs").vcpus).toBe(Math.max(1, Math.ceil((millis + 500) / 1000)));
      }),
    );
  });

  it("are the same for a limit in millis and in whole numbers", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 512 }), (cpus) => {
        expect(vmShape({ cpu: cpus })).toEqual(vmShape({ cpu: `${cpus * 1000}m` }));
        expect(vmShape({ cpu: cpus })).toEqual(vmShape({ cpu: String(cpus) }));
      }),
    );
  });
});

describe("memory", () => {
  it.each([
    [undefined, 8_192, 8_192],
    ["16Gi", 24_576, 16_896],
    ["48Gi", 57_344, 49_664],
    ["1024", 8_192, 512],
    ["1500Mi", 9_692, 2_012],
    ["1G", 9_145, 1_465],
    ["1Ti", 1_056_768, 1_049_088],
  ])("for a limit of %s: %i MiB by the Go shim, %i by runtime-rs", (memory, go, rs) => {
    expect(vmShape({ memory }).memoryMib).toBe(go);
    // Any limit takes the place of the defaults there.
    expect(vmShape({ memory }, "runtime-rs").memoryMib).toBe(memory === "1024" ? 8_192 : rs);
  });

  it("takes the place of the default vCPU where it alone is limited, in runtime-rs", () => {
    expect(vmShape({ memory: "16Gi" }, "runtime-rs")).toMatchObject({ vcpus: 1, memoryMib: 16_896 });
    expect(vmShape({ cpu: 4 }, "runtime-rs")).toMatchObject({ vcpus: 5, memoryMib: 512 });
  });
});

describe("a shape", () => {
  it("says which devices go along", () => {
    expect(vmShape({ cpu: 16, memory: "48Gi", gpus: 8, nvSwitches: 4 })).toEqual({
      vcpus: 17,
      memoryMib: 57_344,
      gpus: 8,
      nvSwitches: 4,
    });
    expect(vmShape({})).toEqual({ vcpus: 1, memoryMib: 8_192, gpus: 0, nvSwitches: 0 });
  });

  it.each([
    [{ cpu: "" }, /CPU limit "" is no quantity; write for example 16 or 500m/],
    [{ cpu: "-1" }, /CPU limit "-1" is no quantity/],
    [{ cpu: -1 }, /CPU limit "-1" is no quantity/],
    [{ cpu: NaN }, /CPU limit "NaN" is no quantity/],
    [{ cpu: "4Gi" }, /CPU limit "4Gi" is no quantity/],
    [{ cpu: "four" }, /CPU limit "four" is no quantity/],
    [{ memory: "16GB" }, /memory limit "16GB" is no quantity; write for example 48Gi/],
    [{ memory: "500m" }, /memory limit "500m" is no quantity/],
    [{ memory: "constructor" }, /memory limit "constructor" is no quantity/],
    [{ memory: "1toString" }, /memory limit "1toString" is no quantity/],
  ])("refuses %o", (limits, message) => {
    expect(() => vmShape(limits)).toThrow(message);
  });
});
