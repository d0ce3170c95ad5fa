/** The i386 that stage 2 starts from. */
import { tools } from "@stagex/stage0";
import { binutilsI386, busyboxTcc, gcc3, makeTcc, muslI386 } from "@stagex/stage1";

/** Programs that care for no compiler: binutils knows x86_64 too. */
const hostPrograms = [tools, makeTcc, busyboxTcc, binutilsI386];

/** What compiles programs to run on the host. */
export const hostToolchain = [...hostPrograms, gcc3, muslI386];
