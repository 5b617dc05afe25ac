// One import a file: only what is named is compiled in.
import opsConfirmDialog from "../web/ops/confirm_dialog.js" with { type: "text" };
import opsDropTable from "../web/ops/drop_table.js" with { type: "text" };
import opsFigureFormat from "../web/ops/figure_format.js" with { type: "text" };
import opsFigureTile from "../web/ops/figure_tile.js" with { type: "text" };
import opsKeyedChildren from "../web/ops/keyed_children.js" with { type: "text" };
import opsMain from "../web/ops/main.js" with { type: "text" };
import opsMatchCards from "../web/ops/match_cards.js" with { type: "text" };
import opsStyle from "../web/ops/ops.css" with { type: "text" };
import opsActions from "../web/ops/ops_actions.js" with { type: "text" };
import opsLanguage from "../web/ops/ops_language.js" with { type: "text" };
import opsLink from "../web/ops/ops_link.js" with { type: "text" };
import opsMessage from "../web/ops/ops_message.js" with { type: "text" };
import opsTextsEn from "../web/ops/ops_texts_en.js" with { type: "text" };
import opsTextsRu from "../web/ops/ops_texts_ru.js" with { type: "text" };
import opsOverviewScreen from "../web/ops/overview_screen.js" with { type: "text" };
import opsProblemList from "../web/ops/problem_list.js" with { type: "text" };
import opsProblems from "../web/ops/problems.js" with { type: "text" };
import opsServerScreen from "../web/ops/server_screen.js" with { type: "text" };
import opsServerTables from "../web/ops/server_tables.js" with { type: "text" };
import opsServiceCard from "../web/ops/service_card.js" with { type: "text" };
import opsSortableTable from "../web/ops/sortable_table.js" with { type: "text" };
import opsSpectateScreen from "../web/ops/spectate_screen.js" with { type: "text" };
import opsSpectatedMatch from "../web/ops/spectated_match.js" with { type: "text" };
import opsTickBars from "../web/ops/tick_bars.js" with { type: "text" };
import opsToken from "../web/ops/token.js" with { type: "text" };
import opsTrends from "../web/ops/trends.js" with { type: "text" };

/** The files of the operators' page that no other page has, besides itself, by their path in `game/web/`. */
export const OPS_WEB_FILES: ReadonlyMap<string, string> = new Map([
  ["ops/confirm_dialog.js", opsConfirmDialog],
  ["ops/drop_table.js", opsDropTable],
  ["ops/figure_format.js", opsFigureFormat],
  ["ops/figure_tile.js", opsFigureTile],
  ["ops/keyed_children.js", opsKeyedChildren],
  ["ops/main.js", opsMain],
  ["ops/match_cards.js", opsMatchCards],
  ["ops/ops.css", opsStyle],
  ["ops/ops_actions.js", opsActions],
  ["ops/ops_language.js", opsLanguage],
  ["ops/ops_link.js", opsLink],
  ["ops/ops_message.js", opsMessage],
  ["ops/ops_texts_en.js", opsTextsEn],
  ["ops/ops_texts_ru.js", opsTextsRu],
  ["ops/overview_screen.js", opsOverviewScreen],
  ["ops/problem_list.js", opsProblemList],
  ["ops/problems.js", opsProblems],
  ["ops/server_screen.js", opsServerScreen],
  ["ops/server_tables.js", opsServerTables],
  ["ops/service_card.js", opsServiceCard],
  ["ops/sortable_table.js", opsSortableTable],
  ["ops/spectate_screen.js", opsSpectateScreen],
  ["ops/spectated_match.js", opsSpectatedMatch],
  ["ops/tick_bars.js", opsTickBars],
  ["ops/token.js", opsToken],
  ["ops/trends.js", opsTrends],
]);
