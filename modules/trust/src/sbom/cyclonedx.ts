/** CycloneDX 1.6 in JSON. Source: https://cyclonedx.org/docs/1.6/json/ */
import { argumentOf, type LockedSource, projectPath } from "@stagex/core";
import { TOOL } from "../version.ts";
import { type Bill, type Component, urlOf } from "./bill.ts";
import { componentPurl, palletPurl, sourcePurl } from "./purl.ts";

const palletRef = (name: string) => `pallet:${name}`;
const componentRef = (name: string) => `package:${name}`;
const sourceRef = ({ sha256 }: LockedSource) => `source:${sha256}`;

/**
 * The bill as a CycloneDX document. What is in the image is a component; how it came to be is the formulation, one
 * workflow for each package: its sources, the packages that built it, the commands, and the tree that resulted.
 */
export function cyclonedx(bill: Bill): object {
  const { name, image, pallet, components, sources, created, digest } = bill;
  const shipped = components.filter((component) => component.shipped);
  return {
    $schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    serialNumber: `urn:uuid:${uuidOf(digest)}`,
    version: 1,
    metadata: {
      timestamp: created,
      tools: { components: [{ type: "application", name: TOOL.name, version: TOOL.version }] },
      component: {
        type: "container",
        "bom-ref": palletRef(name),
        name,
        version: `sha256:${image}`,
        description: pallet.summary,
        hashes: sha256(image),
        purl: palletPurl(bill),
      },
    },
    components: shipped.map(describe),
    dependencies: [
      { ref: palletRef(name), dependsOn: shipped.map((component) => componentRef(component.name)) },
    ],
    formulation: [
      {
        "bom-ref": "ancestry",
        components: [
          ...components.filter((component) => !component.shipped).map(describe),
          ...sources.map(describeSource),
        ],
        workflows: components.map(workflow),
      },
    ],
  };
}

const describe = (component: Component) => ({
  type: "application",
  "bom-ref": componentRef(component.name),
  name: component.name,
  version: component.locked.version,
  description: component.locked.summary,
  hashes: sha256(component.tree),
  licenses: [{ expression: component.locked.license }],
  purl: componentPurl(component),
});

function describeSource(source: LockedSource): object {
  const url = urlOf(source);
  const purl = sourcePurl(source);
  return {
    type: "file",
    "bom-ref": sourceRef(source),
    name: projectPath(source) ?? source.file,
    ...(source.executable && {
      description: "Machine code that is executed as it is: a seed of the bootstrap",
    }),
    hashes: sha256(source.sha256),
    ...(purl && { purl }),
    ...(url && { externalReferences: [{ type: "source-distribution", url }] }),
  };
}

const workflow = ({ name, locked }: Component) => ({
  "bom-ref": `build:${name}`,
  uid: locked.key,
  name,
  taskTypes: ["build"],
  inputs: [...new Set([...locked.inputs.map(componentRef), ...locked.sources.map(sourceRef)])].map((ref) => ({
    resource: { ref },
  })),
  outputs: [{ type: "artifact", resource: { ref: componentRef(name) } }],
  steps: locked.steps.map(({ argv }) => ({ commands: [{ executed: argv.map(argumentOf).join(" ") }] })),
});

const sha256 = (content: string) => [{ alg: "SHA-256", content }];

/** A UUID of version 8 (RFC 9562), which leaves all but six bits to whoever makes it. */
function uuidOf(digest: string): string {
  const variant = ((Number.parseInt(digest[16] as string, 16) & 3) | 8).toString(16);
  return [
    digest.slice(0, 8),
    digest.slice(8, 12),
    `8${digest.slice(13, 16)}`,
    `${variant}${digest.slice(17, 20)}`,
    digest.slice(20, 32),
  ].join("-");
}
