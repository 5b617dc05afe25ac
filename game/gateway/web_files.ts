// One import a file: only what is named is compiled in.
import battle from "../web/battle.js" with { type: "text" };
import iconImage from "../web/icon.svg" with { type: "text" };
import main from "../web/main.js" with { type: "text" };
import menuCopyText from "../web/menu/copy_text.js" with { type: "text" };
import menuFindMatch from "../web/menu/find_match.js" with { type: "text" };
import menuHomeScreen from "../web/menu/home_screen.js" with { type: "text" };
import menuLanguage from "../web/menu/language.js" with { type: "text" };
import menuModeText from "../web/menu/mode_text.js" with { type: "text" };
import menuOverScreen from "../web/menu/over_screen.js" with { type: "text" };
import menuPageLanguage from "../web/menu/page_language.js" with { type: "text" };
import menuPagePart from "../web/menu/page_part.js" with { type: "text" };
import menuRoomScreen from "../web/menu/room_screen.js" with { type: "text" };
import menuScoreTable from "../web/menu/score_table.js" with { type: "text" };
import menuScreens from "../web/menu/screens.js" with { type: "text" };
import menuTextsEn from "../web/menu/texts_en.js" with { type: "text" };
import menuTextsRu from "../web/menu/texts_ru.js" with { type: "text" };
import netAccount from "../web/net/account.js" with { type: "text" };
import netApi from "../web/net/api.js" with { type: "text" };
import netEventSieve from "../web/net/event_sieve.js" with { type: "text" };
import netMatchLink from "../web/net/match_link.js" with { type: "text" };
import netMatchMessage from "../web/net/match_message.js" with { type: "text" };
import netPoll from "../web/net/poll.js" with { type: "text" };
import netTimeline from "../web/net/timeline.js" with { type: "text" };
import netWorldStates from "../web/net/world_states.js" with { type: "text" };
import pageStyle from "../web/page.css" with { type: "text" };
import playStyle from "../web/play.css" with { type: "text" };
import playChatBox from "../web/play/chat_box.js" with { type: "text" };
import playControls from "../web/play/controls.js" with { type: "text" };
import playDeskControls from "../web/play/desk_controls.js" with { type: "text" };
import playGame from "../web/play/game.js" with { type: "text" };
import playHud from "../web/play/hud.js" with { type: "text" };
import playPlayKeys from "../web/play/play_keys.js" with { type: "text" };
import playTouchStick from "../web/play/touch_stick.js" with { type: "text" };
import predictionCircles from "../web/prediction/circles.js" with { type: "text" };
import predictionDriveInput from "../web/prediction/drive_input.js" with { type: "text" };
import predictionGround from "../web/prediction/ground.js" with { type: "text" };
import predictionIntegerMath from "../web/prediction/integer_math.js" with { type: "text" };
import predictionMoveTank from "../web/prediction/move_tank.js" with { type: "text" };
import predictionOwnShots from "../web/prediction/own_shots.js" with { type: "text" };
import predictionPredictor from "../web/prediction/predictor.js" with { type: "text" };
import predictionServerShadow from "../web/prediction/server_shadow.js" with { type: "text" };
import predictionTrigonometry from "../web/prediction/trigonometry.js" with { type: "text" };
import predictionTuning from "../web/prediction/tuning.js" with { type: "text" };
import replayFilm from "../web/replay/film.js" with { type: "text" };
import replayLoadFilm from "../web/replay/load_film.js" with { type: "text" };
import replayPlayback from "../web/replay/playback.js" with { type: "text" };
import replayReplayBar from "../web/replay/replay_bar.js" with { type: "text" };
import replayReplayHud from "../web/replay/replay_hud.js" with { type: "text" };
import replayReplayKeys from "../web/replay/replay_keys.js" with { type: "text" };
import replayReplayScreen from "../web/replay/replay_screen.js" with { type: "text" };
import viewCamera from "../web/view/camera.js" with { type: "text" };
import viewDrawArena from "../web/view/draw_arena.js" with { type: "text" };
import viewDrawTank from "../web/view/draw_tank.js" with { type: "text" };
import viewEffects from "../web/view/effects.js" with { type: "text" };
import viewGraph from "../web/view/graph.js" with { type: "text" };
import viewMinimap from "../web/view/minimap.js" with { type: "text" };
import viewPalette from "../web/view/palette.js" with { type: "text" };
import viewRenderer from "../web/view/renderer.js" with { type: "text" };

/** The files that the page is made of, besides itself, by their path in `game/web/`. */
export const WEB_FILES: ReadonlyMap<string, string> = new Map([
  ["battle.js", battle],
  ["icon.svg", iconImage],
  ["main.js", main],
  ["menu/copy_text.js", menuCopyText],
  ["menu/find_match.js", menuFindMatch],
  ["menu/home_screen.js", menuHomeScreen],
  ["menu/language.js", menuLanguage],
  ["menu/mode_text.js", menuModeText],
  ["menu/over_screen.js", menuOverScreen],
  ["menu/page_language.js", menuPageLanguage],
  ["menu/page_part.js", menuPagePart],
  ["menu/room_screen.js", menuRoomScreen],
  ["menu/score_table.js", menuScoreTable],
  ["menu/screens.js", menuScreens],
  ["menu/texts_en.js", menuTextsEn],
  ["menu/texts_ru.js", menuTextsRu],
  ["net/account.js", netAccount],
  ["net/api.js", netApi],
  ["net/event_sieve.js", netEventSieve],
  ["net/match_link.js", netMatchLink],
  ["net/match_message.js", netMatchMessage],
  ["net/poll.js", netPoll],
  ["net/timeline.js", netTimeline],
  ["net/world_states.js", netWorldStates],
  ["page.css", pageStyle],
  ["play.css", playStyle],
  ["play/chat_box.js", playChatBox],
  ["play/controls.js", playControls],
  ["play/desk_controls.js", playDeskControls],
  ["play/game.js", playGame],
  ["play/hud.js", playHud],
  ["play/play_keys.js", playPlayKeys],
  ["play/touch_stick.js", playTouchStick],
  ["prediction/circles.js", predictionCircles],
  ["prediction/drive_input.js", predictionDriveInput],
  ["prediction/ground.js", predictionGround],
  ["prediction/integer_math.js", predictionIntegerMath],
  ["prediction/move_tank.js", predictionMoveTank],
  ["prediction/own_shots.js", predictionOwnShots],
  ["prediction/predictor.js", predictionPredictor],
  ["prediction/server_shadow.js", predictionServerShadow],
  ["prediction/trigonometry.js", predictionTrigonometry],
  ["prediction/tuning.js", predictionTuning],
  ["replay/film.js", replayFilm],
  ["replay/load_film.js", replayLoadFilm],
  ["replay/playback.js", replayPlayback],
  ["replay/replay_bar.js", replayReplayBar],
  ["replay/replay_hud.js", replayReplayHud],
  ["replay/replay_keys.js", replayReplayKeys],
  ["replay/replay_screen.js", replayReplayScreen],
  ["view/camera.js", viewCamera],
  ["view/draw_arena.js", viewDrawArena],
  ["view/draw_tank.js", viewDrawTank],
  ["view/effects.js", viewEffects],
  ["view/graph.js", viewGraph],
  ["view/minimap.js", viewMinimap],
  ["view/palette.js", viewPalette],
  ["view/renderer.js", viewRenderer],
]);
