/** The i386 that stage 2 starts from. */
import { tools } from "@stagex/stage0";
import { binutilsI386, busyboxI386, gcc3, makeI386, muslI386 } from "@stagex/stage1";

/** Programs that care for no compiler: binutils knows x86_64 too. */
export const hostPrograms = [tools, makeI386, busyboxI386, binutilsI386];

/** What compiles programs to run on the host. */
export const hostToolchain = [...hostPrograms, gcc3, muslI386];
