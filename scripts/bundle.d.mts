/** Writes the code, and the licences of the packages in it, to a folder. */
export function bundle(outdir: string): Promise<void>;
