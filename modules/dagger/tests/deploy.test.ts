/** The values for the engine's Helm chart. */
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";

const folder = join(import.meta.dirname, "../../../deploy/kubernetes");
const read = (file: string) => readFileSync(join(folder, file), "utf8");
const valueFiles = ["values.yaml", "values-airgap.yaml"];

/** Names of the chart's values (helm/dagger/values.yaml of v0.21.9), as far as they are used. */
const known = [
  "engine.kind",
  "engine.terminationGracePeriodSeconds",
  "engine.statefulSet.persistentVolumeClaim.enabled",
  "engine.statefulSet.persistentVolumeClaim.resources.requests.storage",
  "engine.hostPath.dataVolume.enabled",
  "engine.configJson",
  "engine.resources.requests.cpu",
  "engine.resources.requests.memory",
  "engine.image.ref",
  "engine.env",
];

const pathsOf = (value: unknown, path: string): string[] =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.entries(value).flatMap(([name, inner]) => pathsOf(inner, path ? `${path}.${name}` : name))
    : [path];

describe.each(valueFiles)("%s", (file) => {
  test("has only values that the chart knows", () => {
    for (const path of pathsOf(parse(read(file)), "")) expect(known).toContain(path);
  });

  test("configures the engine in the engine's own words", () => {
    const { gc, registries = {}, ...rest } = JSON.parse(parse(read(file)).engine.configJson);
    expect(rest).toEqual({});
    expect(Object.keys(gc)).toEqual(["maxUsedSpace", "minFreeSpace"]);
    for (const registry of Object.values(registries))
      expect(registry).toEqual({ mirrors: [expect.any(String)] });
  });
});

test("the cache is smaller than its volume", () => {
  const { engine } = parse(read("values.yaml"));
  const gigabytes = Number.parseInt(JSON.parse(engine.configJson).gc.maxUsedSpace, 10);
  const { storage } = engine.statefulSet.persistentVolumeClaim.resources.requests;
  expect(gigabytes).toBeLessThan(Number.parseInt(storage, 10));
});

test("the documents name the pod that the chart makes", () => {
  // `<release>-<chart>-engine`, and -0 for the first of a StatefulSet.
  const pod = "stagex-dagger-helm-engine";
  expect(read("README.md")).toContain(`kube-pod://${pod}-0?namespace=dagger`);
  expect(parse(read("network-policy.yaml")).spec.podSelector.matchLabels).toEqual({ name: pod });
});

test("Helm renders the chart with them", ({ skip }) => {
  const chart = process.env.DAGGER_HELM_CHART;
  skip(!chart, "DAGGER_HELM_CHART does not name a folder with the chart, helm/dagger of Dagger's repository");
  skip(spawnSync("helm", ["version"]).error !== undefined, "helm is not installed");
  const values = valueFiles.flatMap((file) => ["--values", join(folder, file)]);
  const args = ["template", "--namespace", "dagger", "stagex", chart as string, ...values];
  const documents = parseAllDocuments(execFileSync("helm", args, { encoding: "utf8" })).map((one) =>
    one.toJS(),
  );
  const engine = documents.find((one) => one?.kind === "StatefulSet");
  expect(engine.metadata.name).toBe("stagex-dagger-helm-engine");
  expect(engine.spec.template.metadata.labels.name).toBe("stagex-dagger-helm-engine");
  const [container] = engine.spec.template.spec.containers;
  expect(container.image).toBe("registry.internal:5000/dagger/engine:v0.21.9");
  expect(engine.spec.volumeClaimTemplates[0].spec.resources.requests.storage).toBe("100Gi");
  expect(documents.some((one) => one?.kind === "Service")).toBe(false);
  const config = documents.find((one) => one?.kind === "ConfigMap");
  expect(Object.keys(JSON.parse(config.data["engine.json"]))).toEqual(["gc", "registries"]);
});
