// What is wrong in a script whatever it is for; how it is written is Prettier's business, and types are tsc's.

import js from "@eslint/js";
import globals from "globals";

const rules = {
  complexity: ["error", 15],
  eqeqeq: "error",
  "no-undef": "error",
  "no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
  "no-var": "error",
  "prefer-const": "error",
};

export default [
  { ignores: [".venv/", ".demo/", ".cache/", "build/", "dist/", "mutants/", "site/"] },
  js.configs.recommended,
  { rules },
  {
    files: ["vidviz/ui/components/assets/**/*.js"],
    languageOptions: { sourceType: "module", globals: globals.browser },
  },
  {
    files: ["vidviz/render/assets/**/*.js"],
    languageOptions: { sourceType: "script", globals: { ...globals.browser, Plotly: "readonly" } },
  },
  {
    files: ["tests/js/**/*.js", "eslint.config.js"],
    languageOptions: { sourceType: "module", globals: globals.node },
  },
];
