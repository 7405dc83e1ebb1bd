import { main } from "./program";

// The engine calls what a CommonJS program exports as a whole; a named or default export would run nothing.
export = () => main();
