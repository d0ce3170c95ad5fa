/** Where an image is: in an OCI layout on the disk, or in a registry. */
import { StagexError } from "@stagex/core";

export type Reference =
  | {
      readonly kind: "layout";
      readonly text: string;
      readonly directory: string;
      readonly tag: string | undefined;
    }
  | {
      readonly kind: "registry";
      readonly text: string;
      readonly host: string;
      /** With the host, without tag and digest: what a policy has rules for. */
      readonly repository: string;
      /** `:TAG` or `@sha256:DIGEST`. */
      readonly version: string;
    };

/** Whether a text is meant as a reference, and not as a file's path. */
export const isReference = (text: string): boolean => /^(?:oci:|docker:\/\/)/.test(text);

/**
 * Reads `oci:DIRECTORY[:TAG]` or `docker://HOST/REPOSITORY[:TAG|@sha256:DIGEST]`, as skopeo and podman do, but that a
 * registry has to be named.
 *
 * @throws StagexError of kind `usage`
 */
export function parseReference(text: string): Reference {
  const layout = /^oci:([^:]+)(?::([A-Za-z0-9._-]+))?$/.exec(text);
  if (layout) return { kind: "layout", text, directory: layout[1] as string, tag: layout[2] };
  const remote =
    /^docker:\/\/(((?=[^/]*[.:]|localhost\/)[a-z0-9.-]+(?::[0-9]{1,5})?)\/[a-z0-9._/-]+)(:[A-Za-z0-9_][A-Za-z0-9._-]{0,127}|@sha256:[0-9a-f]{64})?$/.exec(
      text,
    );
  if (remote) {
    const [, repository, host, version] = remote;
    return {
      kind: "registry",
      text,
      host: host as string,
      repository: repository as string,
      version: version ?? ":latest",
    };
  }
  throw new StagexError("usage", {
    cannot: `find the image ${JSON.stringify(text)}`,
    because: "it is not a reference",
    remedy: "Write oci:DIRECTORY[:TAG], or docker://HOST/REPOSITORY[:TAG|@sha256:DIGEST].",
  });
}

/** Registries on this machine are spoken to without TLS, as all container engines do. */
export const isLocal = (host: string): boolean => /^(?:localhost|127\.0\.0\.1)(?::|$)/.test(host);
