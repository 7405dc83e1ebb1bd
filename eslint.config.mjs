import tseslint from "typescript-eslint";
import pulumi from "@pulumi/eslint-plugin";

export default tseslint.config(
  { ignores: ["node_modules/**", "tooling/rehearsal/charts/**", "stacks/partners/*/index.ts", "coverage/**"] },
  ...tseslint.configs.recommended,
  {
    files: ["**/*.ts"],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { "@pulumi": pulumi },
    rules: {
      "@pulumi/no-output-in-template-literal": "error",
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-misused-promises": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
    },
  },
  {
    // The engine loads a pack's entry by require, before there is anything that reads TypeScript.
    files: ["policies/packs/*/index.js", "languages/plugin/index.js"],
    rules: { "@typescript-eslint/no-require-imports": "off" },
  },
  {
    // CommonJS scripts that other programs start by name.
    files: ["**/*.cjs", "policies/packs/*/index.js", "languages/plugin/index.js"],
    languageOptions: { sourceType: "commonjs" },
    rules: { "@typescript-eslint/no-require-imports": "off" },
  },
  {
    // The house rule: stacks → components and, where said, policies; policies → components; only tooling imports tooling.
    files: ["components/**/*.ts"],
    rules: {
      "no-restricted-imports": [
        "error",
        { patterns: ["**/stacks/**", "**/policies/**", "**/tooling/**", "**/languages/**"] },
      ],
    },
  },
  {
    // Of the policies a program needs what it places in the cluster, and what its configuration may except.
    files: ["stacks/**/*.ts"],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            { group: ["**/tooling/**", "**/languages/**"] },
            { group: ["**/policies/*", "!**/policies/exceptions", "!**/policies/admission", "!**/policies/rules"] },
          ],
        },
      ],
    },
  },
  {
    // What other languages use; nothing but tests and the generator of its schema imports it.
    files: ["languages/**/*.ts"],
    rules: { "no-restricted-imports": ["error", { patterns: ["**/tooling/**"] }] },
  },
  {
    files: ["policies/**/*.ts"],
    rules: { "no-restricted-imports": ["error", { patterns: ["**/stacks/**", "**/tooling/**", "**/languages/**"] }] },
  },
  {
    files: ["attacks/**/*.ts"],
    rules: { "no-restricted-imports": ["error", { patterns: ["**/stacks/**", "**/tooling/**", "**/languages/**"] }] },
  },
);
