// Completes package-lock.json: `node tools/complete-lock.mjs` after each `npm install` that changed it.
//
// Some registries do not offer the optional packages of other systems. npm then leaves them out of the lock file, and
// `npm ci` refuses that file on a machine whose registry does offer them, and on the same one. An entry with version,
// os and cpu is enough for npm to see that the package is known and is not for this system.
import { readFileSync, writeFileSync } from "node:fs";

const FILE = new URL("../package-lock.json", import.meta.url);
const SYSTEMS = ["aix", "android", "darwin", "freebsd", "linux", "netbsd", "openbsd", "openharmony", "sunos", "win32"];
const PROCESSORS = ["arm64", "arm", "x64", "ia32", "loong64", "mips64el", "ppc64", "riscv64", "s390x", "wasm32"];

const lock = JSON.parse(readFileSync(FILE, "utf8"));
const added = [];
for (const [place, { optionalDependencies = {} }] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(optionalDependencies)) {
    const known = ancestors(place).some((folder) => `${folder}node_modules/${name}` in lock.packages);
    if (known) continue;
    const words = name.split(/[/-]/);
    const os = SYSTEMS.filter((system) => words.includes(system));
    // `wasm32-wasi` runs anywhere but is installed only where somebody asks for that processor.
    const cpu = PROCESSORS.filter((processor) => words.includes(processor));
    const libc = words.includes("musl") || words.includes("musleabihf") ? ["musl"] : words.some((word) => word.startsWith("gnu")) ? ["glibc"] : [];
    if (os.length + cpu.length === 0) throw new Error(`${name} does not say which system it is for`);
    lock.packages[`node_modules/${name}`] = { version, ...(cpu.length > 0 ? { cpu } : {}), ...(libc.length > 0 ? { libc } : {}), ...(os.length > 0 ? { os } : {}), optional: true };
    added.push(name);
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).toSorted(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(FILE, `${JSON.stringify(lock, null, 2)}\n`);
console.log(added.length === 0 ? "nothing was missing" : `added ${added.join(", ")}`);

/** The folders in which Node looks for a package, nearest first. */
function ancestors(place) {
  const folders = [];
  for (let folder = place; folder !== ""; folder = folder.slice(0, Math.max(0, folder.lastIndexOf("/")))) folders.push(`${folder}/`);
  return [...folders, ""];
}
