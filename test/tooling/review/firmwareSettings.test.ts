import { expect, it } from "vitest";
import { compareSettings } from "../../../tooling/review/compareSettings";

const settings = (firmware: object) => ({
  provider: "own-metal",
  providers: [{ name: "own-metal", hosts: [{ name: "rack-a", firmware }] }],
});
const said = (before: object, after: object) =>
  compareSettings(settings({ vendor: "dell", ...before }), settings({ vendor: "dell", ...after })).map(
    ({ text, direction }) => [direction, text],
  );

it("a review says who is given a machine's credentials, and how its platform is registered", () => {
  expect(said({ managementAddress: "idrac-a" }, { managementAddress: "idrac.example" })).toEqual([
    [
      "changed",
      'hosts.rack-a.firmware.managementAddress: "idrac.example" instead of "idrac-a": whoever answers there is given the credentials of the machine\'s management',
    ],
  ]);
  expect(said({}, { registration: "direct" })).toMatchObject([
    ["changed", expect.stringContaining("consumes the platform manifest")],
  ]);
  expect(said({ vendor: "hpe" }, {})).toMatchObject([["changed", expect.stringContaining("another vendor's plan")]]);
  expect(said({ registration: "direct" }, { registration: "direct" })).toEqual([]);
});
