/**
 * Who may import whom, and how files are named and written, so that a service can be read, tested and
 * run without the others. Each rule is a function of a tree of sources; the tests beside it break it on
 * trees of their own.
 *
 * @module
 */
import { assert } from "@std/assert";
import {
  findBarrels,
  findCycles,
  findStaleTestSupport,
  findUnusedModules,
} from "./architecture/graph_rules.ts";
import {
  findAnyTypes,
  findBadComments,
  findBannedNames,
  findDefaultExports,
  findLongFiles,
  findMisspeltNames,
  findUntestedModules,
} from "./architecture/house_rules.ts";
import { findDeepServiceImports, findForbiddenImports } from "./architecture/layer_rules.ts";
import { parseTree, type SourceTree } from "./architecture/module_graph.ts";
import { findProcessCalls } from "./architecture/process_rules.ts";
import { findUnknownSections, findUnnamedWords } from "./architecture/protocol_rules.ts";
import {
  findStdOutsideJsr,
  findTopLevelStrangers,
  findUndescribedTasks,
} from "./architecture/project_rules.ts";
import { findImpurities, findStalePureFiles } from "./architecture/purity_rules.ts";
import { readSources } from "./architecture/source_reader.ts";
import { findOpenSwitches } from "./architecture/switch_rules.ts";
import {
  findComputedImports,
  findEagerAdapters,
  findMisplacedVendors,
} from "./architecture/vendor_rules.ts";

const tree = parseTree(await readSources(new URL("../", import.meta.url)));

const RULES: readonly [name: string, find: (tree: SourceTree) => string[]][] = [
  ["1: core imports no service, and services import core alone", findForbiddenImports],
  ["2: all-in-one and tests reach services through service.ts", findDeepServiceImports],
  ["3: pure files use no clock, chance, I/O, vendor or promise", findImpurities],
  ["3: what is guarded as pure is there", findStalePureFiles],
  ["4: packages and node: stand only in the files named for them", findMisplacedVendors],
  ["4: every dynamic import is a literal", findComputedImports],
  ["4: an adapter's vendor is evaluated only when it is chosen", findEagerAdapters],
  ["5: only entrypoints touch the environment, exit and signals", findProcessCalls],
  ["6: there are no import cycles", findCycles],
  ["6: there are no barrels", findBarrels],
  ["6: every file is imported, and not by tests alone", findUnusedModules],
  ["6: what tests alone may import is there", findStaleTestSupport],
  ["Names are snake_case", findMisspeltNames],
  ["Names say what is inside", findBannedNames],
  ["Files are short, or say why they are not", findLongFiles],
  ["Comments put nothing off and explain what they ignore", findBadComments],
  ["Nothing has the type any", findAnyTypes],
  ["Nothing is exported by default", findDefaultExports],
  ["Switches end in unreachable", findOpenSwitches],
  ["Every function and class is tested", findUntestedModules],
  ["The top level holds what the design names", findTopLevelStrangers],
  ["Every task has a description", findUndescribedTasks],
  ["@std comes from JSR", findStdOutsideJsr],
  ["core/protocol/README.md names what is on the wire", findUnnamedWords],
  ["core/protocol/README.md has each section that comments name", findUnknownSections],
];

for (const [name, find] of RULES) {
  Deno.test(`Architecture: ${name}`, () => {
    const violations = find(tree);
    assert(violations.length === 0, `${violations.length} found:\n${violations.join("\n")}`);
  });
}
