// Runs a folder of launches in headless Chromium: `node chromium.mjs CHROMIUM FOLDER RESULT`. Writes what came of it, as JSON: drivers print to the standard output themselves. A page needs a secure context for WebGPU,
// which localhost is; it fetches the launches and posts its results.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

// Longer than any run takes.
const PATIENCE = 120_000;
const [chromium, folder, result] = process.argv.slice(2);
const files = readdirSync(folder).sort();
const page = `<!doctype html><script type="module">
  import { runAll } from "/launch.mjs";
  const load = async (i) => (await fetch("/launches/" + i)).json();
  const found = await runAll(navigator.gpu, ${files.length}, load).catch((error) => ({ failed: String(error) }));
  await fetch("/done", { method: "POST", body: JSON.stringify(found) });
</script>`;

const answers = {
  "/": () => ["text/html", page],
  "/launch.mjs": () => ["text/javascript", readFileSync(new URL("launch.mjs", import.meta.url))],
};
let [asked, done] = [false];
const finished = new Promise((resolve) => (done = resolve));
const server = createServer((request, response) => {
  if (request.method === "POST") {
    let body = "";
    request.on("data", (part) => (body += part));
    request.on("end", () => (response.end(), done(JSON.parse(body))));
    return;
  }
  asked = true;
  const file = files[Number(request.url.replace("/launches/", ""))];
  const answer = answers[request.url] ?? (file && (() => ["application/json", readFileSync(join(folder, file))]));
  if (!answer) return response.writeHead(404).end();
  const [type, text] = answer();
  response.writeHead(200, { "content-type": type }).end(text);
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));

const profile = mkdtempSync(join(tmpdir(), "chromium-"));
const browser = spawn(chromium, [
  "--headless=new",
  // Containers have no user namespaces for it; the page is ours.
  "--no-sandbox",
  "--disable-dev-shm-usage",
  "--no-first-run",
  "--enable-unsafe-webgpu",
  "--use-webgpu-adapter=swiftshader",
  "--enable-features=Vulkan",
  `--user-data-dir=${profile}`,
  `http://127.0.0.1:${server.address().port}/`,
], { stdio: "ignore" });
const gone = new Promise((resolve) => {
  browser.on("error", (error) => resolve({ absent: String(error) }));
  const lapse = (message) => resolve(asked ? { failed: message } : { absent: message });
  browser.on("exit", (code) => lapse(`Chromium ended with ${code}`));
  setTimeout(() => lapse("Chromium does not finish"), PATIENCE).unref();
});
const found = await Promise.race([finished, gone]);
const version = found.userAgent?.match(/Chrome\/([\d]+)/)?.[1] ?? "";
writeFileSync(result, JSON.stringify({ name: `Chromium ${version}`, ...found }));
browser.kill("SIGKILL");
server.close();
server.closeAllConnections();
await new Promise((resolve) => setTimeout(resolve, 500));
rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
process.exit(0);
