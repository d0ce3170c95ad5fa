import { type Sha256, StagexError } from "@stagex/core";
import {
  type Attachment,
  type AttachmentKind,
  attach,
  type Claim,
  knownIn,
  parsePrivateKey,
  parseReference,
  push,
  signByGpg,
  signForCosign,
  withImage,
  writeLookaside,
} from "@stagex/trust";
import { readKeyFile } from "../named-file.ts";
import { type GlobalOptions, openSession, readLock } from "../session.ts";

interface SignOptions extends GlobalOptions {
  key: string;
  as: string;
  release: number;
  days: number;
  lookaside?: string;
  attach?: string;
}

const DAY = 86_400_000;

/**
 * `stagex sign PALLET --as REPOSITORY --release N --key gpg:FINGERPRINT|FILE`: signs the image that the lock pins. A
 * signature by gpg goes to a lookaside folder, for podman, skopeo and CRI-O; one by a key in a file is cosign's, and is
 * attached to the image in a layout or a registry. Either can be attached.
 */
export async function sign(pallet: string, options: SignOptions): Promise<void> {
  const { recipe, digest: image } = knownIn(readLock(openSession(options)), { kind: "pallet", name: pallet });
  const gpgKey = options.key.startsWith("gpg:") ? options.key.slice("gpg:".length) : undefined;
  checkTarget(options, gpgKey !== undefined);
  const signed = new Date();
  const claim: Claim = {
    ...{ repository: options.as, image, release: options.release, recipe, signed },
    expires: new Date(signed.getTime() + options.days * DAY),
  };
  const signature: Attachment =
    gpgKey !== undefined
      ? { content: signByGpg(claim, gpgKey) }
      : signForCosign(claim, parsePrivateKey(readKeyFile(options.key), options.key));

  const places: string[] = [];
  if (options.lookaside !== undefined) {
    places.push(writeLookaside(options.lookaside, options.as, image, signature.content));
  }
  if (options.attach !== undefined) {
    await attachTo(options.attach, image, gpgKey === undefined ? "cosign" : "openpgp", [signature]);
    places.push(options.attach);
  }
  const until = claim.expires.toISOString().slice(0, 10);
  if (options.json) console.log(JSON.stringify({ ...claim, places }));
  else
    console.log(
      `signed ${options.as}@sha256:${image}, release ${claim.release}, until ${until}\n  ${places.join("\n  ")}`,
    );
}

function checkTarget({ lookaside, attach: to }: SignOptions, byGpg: boolean): void {
  if (to !== undefined || (byGpg && lookaside !== undefined)) {
    if (byGpg || lookaside === undefined) return;
  }
  throw new StagexError("usage", {
    cannot: "sign",
    because:
      lookaside !== undefined
        ? "a lookaside folder is for signatures by gpg"
        : "it is not said where the signature is to go",
    remedy: "Give --attach REFERENCE, or, with a key of gpg, --lookaside FOLDER.",
  });
}

/** Attaches to the image at a reference, which has to be `image`. @returns whether anything was new */
export async function attachTo(
  to: string,
  image: Sha256,
  kind: AttachmentKind,
  additions: readonly Attachment[],
): Promise<boolean> {
  const reference = parseReference(to);
  return withImage(reference, async (open) => {
    if (open.image !== image) {
      throw new StagexError("build", {
        cannot: `attach to ${to}`,
        because: `its image is sha256:${open.image}, and the lock pins ${image}`,
        remedy: "Build and copy the pallet again.",
      });
    }
    const isNew = attach(open.directory, image, kind, additions) !== undefined;
    if (reference.kind === "registry" && isNew) {
      if (kind === "cosign") await push(open, reference, "signatures");
      await push(open, reference, "referrers");
    }
    return isNew;
  });
}
