// Runs a folder of launches in Dawn for Node: `node dawn.mjs WEBGPU FOLDER RESULT`, WEBGPU being the folder of the npm package `webgpu`. Writes what came of it, as JSON: drivers print to the standard output themselves.
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { runAll } from "./launch.mjs";

const [webgpu, folder, result] = process.argv.slice(2);
const { create, globals } = await import(pathToFileURL(resolve(webgpu, "index.js")));
Object.assign(globalThis, globals);
const { version } = JSON.parse(readFileSync(join(webgpu, "package.json"), "utf8"));
const files = readdirSync(folder).sort();
const gpu = create(["backend=vulkan"]);
const found = await runAll(gpu, files.length, (i) => JSON.parse(readFileSync(join(folder, files[i]), "utf8")));
writeFileSync(result, JSON.stringify({ name: `Dawn (npm webgpu ${version})`, ...found }));
// Dawn's own threads would keep the process.
process.exit(0);
