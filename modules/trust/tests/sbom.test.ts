/** Bills of materials, of the project's own lock and checked by the formats' own validators. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Spec, Validation } from "@cyclonedx/cyclonedx-library";
import { type Lock, parseLock } from "@stagex/core";
import { PackageURL } from "packageurl-js";
import { describe, expect, onTestFinished, test } from "vitest";
import { billOf, cyclonedx, spdx } from "../src/documents.ts";

const lock = parseLock(readFileSync(join(import.meta.dirname, "../../../stagex.lock"), "utf8"));
const bill = billOf(lock, "tinycc");

interface SpdxDocument {
  packages: {
    SPDXID: string;
    name: string;
    licenseDeclared: string;
    comment?: string;
    externalRefs?: { referenceLocator: string }[];
  }[];
  relationships: { spdxElementId: string; relationshipType: string; relatedSpdxElement: string }[];
}
const spdxOf = (from: Lock) => spdx(billOf(from, "tinycc")) as SpdxDocument;

const hasValidator = spawnSync("pyspdxtools", ["--help"]).status === 0;

describe("the SPDX document", () => {
  test("is valid for the SPDX project's own tools", (context) => {
    context.skip(!hasValidator, "pyspdxtools is not there: pip install spdx-tools==0.8.5");
    const folder = mkdtempSync(join(tmpdir(), "stagex-spdx-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const path = join(folder, "bill.spdx.json");
    writeFileSync(path, JSON.stringify(spdx(bill)));
    execFileSync("pyspdxtools", ["--infile", path], { stdio: "pipe" });
  });

  test("leads from the pallet down to the seed", () => {
    const { packages, relationships } = spdxOf(lock);
    const ids = new Set(["SPDXRef-DOCUMENT", ...packages.map(({ SPDXID }) => SPDXID)]);
    expect(ids.size).toBe(packages.length + 1);
    const below = (id: string, type: string) =>
      relationships.flatMap((one) => {
        if (one.relationshipType !== type) return [];
        if (type === "BUILD_TOOL_OF") return one.relatedSpdxElement === id ? [one.spdxElementId] : [];
        return one.spdxElementId === id ? [one.relatedSpdxElement] : [];
      });
    const [shipped] = below("SPDXRef-Pallet", "CONTAINS");
    expect(shipped).toBe("SPDXRef-Package-tinycc");

    const reached = new Set([shipped as string]);
    for (const id of reached) for (const tool of below(id, "BUILD_TOOL_OF")) reached.add(tool);
    expect(reached).toContain("SPDXRef-Package-hex0");
    expect(reached.size).toBe(bill.components.length);
    const named = relationships.flatMap((one) => [one.spdxElementId, one.relatedSpdxElement]);
    expect(named.filter((id) => !ids.has(id))).toEqual([]);

    const seed = packages.filter(({ comment }) => comment?.startsWith("Machine code"));
    expect(seed.map(({ name }) => name)).toEqual(["stages/stage0/seed/hex0"]);
    expect(below("SPDXRef-Package-hex0", "GENERATED_FROM")).toContain(seed[0]?.SPDXID);
  });

  test("gives licences, and package URLs that others read", () => {
    const { packages } = spdxOf(lock);
    const tinycc = packages.find(({ SPDXID }) => SPDXID === "SPDXRef-Package-tinycc");
    expect(tinycc?.licenseDeclared).toBe("LGPL-2.1-or-later AND MIT");
    const locators = packages.flatMap(({ externalRefs = [] }) =>
      externalRefs.map(({ referenceLocator }) => PackageURL.fromString(referenceLocator)),
    );
    expect(locators.map(({ type }) => type)).toContain("oci");
    const source = locators.find(({ name }) => name?.startsWith("tcc_"));
    expect(source?.qualifiers?.checksum).toMatch(/^sha256:[0-9a-f]{64}$/);
  });
});

describe("the CycloneDX document", () => {
  test("is valid for the schema of CycloneDX 1.6", async () => {
    const problem = await new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(
      JSON.stringify(cyclonedx(bill)),
    );
    expect(problem).toBeNull();
  });

  test("tells of every package by which tools and commands it was built", () => {
    const { components, formulation } = cyclonedx(bill) as {
      components: { name: string }[];
      formulation: {
        components: { "bom-ref": string; name: string }[];
        workflows: { name: string; inputs: { resource: { ref: string } }[]; steps: object[] }[];
      }[];
    };
    expect(components.map(({ name }) => name)).toEqual(["tinycc"]);
    const [ancestry] = formulation;
    const refs = new Set(["package:tinycc", ...(ancestry?.components ?? []).map((one) => one["bom-ref"])]);
    const { workflows = [] } = ancestry ?? {};
    expect(workflows.map(({ name }) => name)).toEqual(bill.components.map(({ name }) => name));
    for (const { resource } of workflows.flatMap(({ inputs }) => inputs))
      expect(refs).toContain(resource.ref);
    expect(workflows[0]).toMatchObject({
      name: "hex0",
      steps: [{ commands: [{ executed: expect.any(String) }] }],
    });
  });
});

describe("both", () => {
  test("are the same for the same lock, and others for another", () => {
    const changed = structuredClone(lock);
    (changed.packages.hex0 as Lock["packages"][string]).summary += "!";
    for (const write of [spdx, cyclonedx]) {
      const text = JSON.stringify(write(bill));
      expect(JSON.stringify(write(billOf(structuredClone(lock), "tinycc")))).toBe(text);
      const other = JSON.stringify(write(billOf(changed, "tinycc")));
      const id = /"(?:serialNumber|documentNamespace)":"([^"]+)"/;
      expect(id.exec(other)?.[1]).not.toBe(id.exec(text)?.[1]);
    }
  });

  test("need every digest to be pinned", () => {
    const unpinned = structuredClone(lock);
    (unpinned.pallets.tinycc as Lock["pallets"][string]).image = null;
    expect(() => billOf(unpinned, "tinycc")).toThrow(
      "Cannot describe pallet tinycc: because the lock pins no image for it\nRun `stagex pin` first.",
    );
    expect(() => billOf(lock, "tinyc")).toThrow("Did you mean tinycc?");
  });
});
