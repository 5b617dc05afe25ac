import { callApi } from "../net/api.js";
import { confirmAction } from "./confirm_dialog.js";

/** @typedef {import("./ops_language.js").OpsLanguage} OpsLanguage */
/** @typedef {import("./ops_language.js").OpsTextKey} OpsTextKey */
/** @typedef {Readonly<{ account_id: string } | { username: string }>} AccountName */

/** What operators do, each after they were asked whether they mean it. */
export class OpsActions {
  #options;

  /**
   * @param {{
   *   token: () => string | undefined, language: OpsLanguage, onDone: (text: string) => void,
   *   onFailed: (text: string) => void,
   * }} options
   */
  constructor(options) {
    this.#options = options;
  }

  /** @param {string} server */
  drain(server) {
    return this.#take({ name: "Drain", button: "drain", values: { server } }, {
      path: `/ops/api/servers/${encodeURIComponent(server)}/drain`,
    });
  }

  /**
   * @param {string} server
   * @param {{ matchId: string, playerId: string }} whom
   */
  kick(server, { matchId, playerId }) {
    return this.#take({ name: "Kick", button: "kick", values: { player: playerId } }, {
      path: `/ops/api/servers/${encodeURIComponent(server)}/kick`,
      body: { match_id: matchId, player_id: playerId },
    });
  }

  /**
   * @param {"disable" | "enable"} what
   * @param {AccountName} account
   * @param {string} name as it is shown
   */
  shut(what, account, name) {
    const about = /** @type {const} */ ({
      disable: { name: "Disable", button: "disable" },
      enable: { name: "Enable", button: "enable" },
    })[what];
    return this.#take({ ...about, values: { account: name } }, {
      path: `/ops/api/accounts/${what}`,
      body: account,
    });
  }

  /**
   * @param {{
   *   name: "Drain" | "Kick" | "Disable" | "Enable", button: OpsTextKey,
   *   values: Readonly<Record<string, string>>,
   * }} what
   * @param {{ path: string, body?: Readonly<Record<string, unknown>> }} request
   */
  async #take({ name, button, values }, { path, body }) {
    const { language, token, onDone, onFailed } = this.#options;
    const isMeant = await confirmAction({
      title: language.text(`confirm${name}`, values),
      text: language.text(`confirm${name}Text`, values),
      yes: language.text(button),
      isDangerous: name !== "Enable",
    });
    if (!isMeant) return;
    try {
      await callApi(path, { method: "POST", token: token() ?? "", ...(body && { body }) });
      onDone(language.text(`done${name}`, values));
    } catch (error) {
      const { code = String(error) } = /** @type {{ code?: string }} */ (error ?? {});
      onFailed(language.text("failed", { reason: language.word("failed", code) }));
    }
  }
}
