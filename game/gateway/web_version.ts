import { hashText } from "./hash_text.ts";
import { OPS_WEB_FILES } from "./ops_web_files.ts";
import { WEB_FILES } from "./web_files.ts";

/** Names the files of all pages as they are together: with it in its path a file never changes. */
export const WEB_VERSION: string = hashText([...WEB_FILES, ...OPS_WEB_FILES].flat().join("\n"));
