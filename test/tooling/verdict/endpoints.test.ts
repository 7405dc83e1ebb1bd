import { describe, expect, it } from "vitest";
import type { ConnectionSource } from "../../../tooling/verdict/connections";
import { Endpoints } from "../../../tooling/verdict/endpoints";
import type { GuestConnection } from "../../../tooling/verdict/guestConnection";
import { NoAnswer } from "../../../tooling/verdict/noAnswer";
import { VerdictRefused } from "../../../tooling/verdict/verdictRefused";

class Place implements ConnectionSource {
  asked = 0;
  released: GuestConnection[] = [];
  closed = false;
  constructor(public failure: Error | undefined) {}
  acquire = (): Promise<GuestConnection> => {
    this.asked += 1;
    return this.failure ? Promise.reject(this.failure) : Promise.resolve({ place: this } as unknown as GuestConnection);
  };
  release = (connection: GuestConnection): void => void this.released.push(connection);
  close = (): void => void (this.closed = true);
}
const gone = () => new Place(new NoAnswer("https://a gave no answer."));
const impostor = () => new Place(new VerdictRefused("The guest is not accepted."));
const good = () => new Place(undefined);

describe("several places of one release", () => {
  it("passes over what is gone and what poses, and goes on asking the good one", async () => {
    const [first, second, third] = [gone(), impostor(), good()];
    const told: string[] = [];
    const endpoints = new Endpoints([first, second, third], (reason) => told.push(reason));
    const connection = await endpoints.acquire();
    endpoints.release(connection);
    await endpoints.acquire();
    expect([first.asked, second.asked, third.asked]).toEqual([1, 1, 2]);
    expect(third.released).toEqual([connection]);
    expect(told).toEqual(["https://a gave no answer.", "The guest is not accepted."]);
  });

  it("comes back to the first when the other ends", async () => {
    const [first, second] = [gone(), good()];
    const endpoints = new Endpoints([first, second]);
    await endpoints.acquire();
    first.failure = undefined;
    second.failure = new NoAnswer("gone");
    expect(await endpoints.acquire()).toMatchObject({ place: first });
  });

  it("sends nothing where no place is verified, and says why of each", async () => {
    await expect(new Endpoints([gone(), impostor()]).acquire()).rejects.toThrow(
      "None of 2 places is verified. https://a gave no answer. The guest is not accepted.",
    );
    await expect(new Endpoints([gone()]).acquire()).rejects.toThrow(/^https:\/\/a gave no answer\.$/);
  });

  it("hides no defect behind another place, and closes all", async () => {
    const [broken, other] = [new Place(new TypeError("defect")), good()];
    const endpoints = new Endpoints([broken, other]);
    await expect(endpoints.acquire()).rejects.toThrow(TypeError);
    endpoints.close();
    expect([broken.closed, other.closed]).toEqual([true, true]);
  });
});
