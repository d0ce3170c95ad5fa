/** Architectures that stage 3 compiles for besides its own. */
export interface Target {
  /** As GNU and musl call it: `aarch64`. */
  readonly arch: string;
  /** As the kernel calls it: `arm64`. */
  readonly kernel: string;
  /** As OCI calls it: `linux/arm64`. */
  readonly platform: string;
  /** The system that programs are for, by which the tools' names begin: `aarch64-linux-musl`. */
  readonly system: string;
  /** Where its headers and libraries lie: `/usr/aarch64-linux-musl`. */
  readonly root: string;
}

export const target = (arch: string, kernel: string, platform: string): Target => {
  const system = `${arch}-linux-musl`;
  return { arch, kernel, platform, system, root: `/usr/${system}` };
};
