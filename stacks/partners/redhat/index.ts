import { partnerProgram } from "trustfoundry";

// Presets in settings/, this stack's Pulumi.<stack>.yaml over them; everything else is the package's.
export = partnerProgram(__dirname);
