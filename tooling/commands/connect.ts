import type { AddCommands } from "./cli";
import type { ConnectOptions } from "../verdict/connect";
import { addReaderOptions, parseSeconds } from "../verdict/readerOptions";

/** `connect` */
export const addConnectCommand: AddCommands = (root, signal) => {
  addReaderOptions(
    root
      .command("connect")
      .description("pass this machine's requests on to a guest, and none before it was verified")
      .argument("<url...>", "the guest, https://<host>[:<port>]; several where one release answers at several places"),
  )
    .requiredOption("--listen <address>", "where programs of this machine send their requests, e.g. 127.0.0.1:8000")
    .option("--reverify <seconds>", "how long a verdict counts before the guest is asked again", parseSeconds, 600)
    .option("--timeout <seconds>", "how long a connection, and an answer about evidence, may take", parseSeconds, 30)
    .action(async (urls: readonly string[], options: ConnectOptions) => {
      const { connect } = await import("../verdict/connect.js");
      await connect(urls, options, signal, (line) => console.log(line));
    });
};
