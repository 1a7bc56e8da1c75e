/*
 * The rules of slots as rows: what the slot showed and shows, what is known, what must follow. The
 * notation is that of slot_text.h; of the inventory only the rolls that matter are named.
 * Owner: constant tables. Thread: any.
 */
#ifndef TESTS_UNIT_DECIDE_ROWS_H
#define TESTS_UNIT_DECIDE_ROWS_H

#include "base/auto.h"

struct row {
    const char *rule, *before, *after, *rolls;
    /* assigned= learned= left= open= external= user asked printing ran_out ha */
    const char *facts;
    const char *print; /* how the slot looked when it was assigned, or else when the roll left */
    const char *expected;
};

#define RED   "profile=GFL99 material=PLA color=FF0000"
#define BLUE  "profile=GFL99 material=PLA color=0000FF"
#define PETG  "profile=GFG99 material=PETG color=FF0000"
#define TAG_A "uuid=AA tag=01 profile=GFA00 material=PLA name=PLA_Basic color=FF0000 g=1000"
#define TAG_B "uuid=BB tag=03 profile=GFA00 material=PLA name=PLA_Basic color=FF0000 g=1000"

#define ROLL_RED   "id=1 brand=Acme material=PLA color=FF0000\n"
#define ROLL_RED_2 "id=2 brand=Acme material=PLA color=FF0000\n"
#define ROLL_BLUE  "id=3 brand=Acme material=PLA color=0000FF\n"
#define ROLL_A                                                                                     \
    "id=4 brand=Bambu_Lab product=PLA_Basic material=PLA color=FF0000 uuid=AA tag=01 tag2=02\n"
#define ROLL_B                                                                                     \
    "id=5 brand=Bambu_Lab product=PLA_Basic material=PLA color=FF0000 uuid=BB tag=03 tag2=04\n"
#define ROLL_PLUS "id=6 brand=Acme material=PLA+ color=FF0000\n"
#define ROLL_BARE "id=7 brand=Bambu_Lab product=PLA_Basic material=PLA color=FF0000\n"

static const struct row insertions[] = {
    {"a unique match assigns and is announced", "empty", RED, ROLL_RED ROLL_BLUE, "", "",
     "assign(1 auto_matched) announce"},
    {"at first sight as well", "unseen", RED, ROLL_RED, "", "", "assign(1 auto_matched) announce"},
    {"twins are a question", "empty", RED, ROLL_RED ROLL_RED_2, "", "", "ask(which_spool 1 2)"},
    {"nothing fitting is one too", "empty", PETG, ROLL_RED, "", "", "ask(which_spool)"},
    {"an empty inventory as well", "empty", RED, "", "", "", "ask(which_spool)"},
    {"PLA+ is not PLA, but offered", "empty", RED, ROLL_PLUS, "", "", "ask(which_spool 6)"},
    {"an undescribed roll", "empty", "unknown", ROLL_RED, "", "", "ask(which_spool)"},
    {"an undescribed roll, the last one offered", "empty", "unknown", ROLL_RED, "left=1", "",
     "ask(which_spool 1)"},
    {"asked once", "unknown", "unknown", ROLL_RED, "open=which", "", "keep"},
    {"described after all", "unknown", RED, ROLL_RED, "open=which", "",
     "close assign(1 auto_matched) announce"},
    {"a roll was added to the inventory", RED, RED, ROLL_RED, "open=which", "",
     "close assign(1 auto_matched) announce"},
    {"still none fits", RED, RED, ROLL_BLUE, "open=which", "", "keep"},
    {"dismissed, and looked at again", RED, RED, ROLL_RED ROLL_RED_2, "", "", "keep"},
    {"undescribed, dismissed, and looked at again", "unknown", "unknown", ROLL_RED, "left=1", "",
     "keep"},
    {"a tag, dismissed, and looked at again", TAG_A, TAG_A, ROLL_B, "", "", "keep"},
    {"another unknown one asks anew", RED, PETG, ROLL_BLUE, "open=which", "", "ask(which_spool)"},
    {"taken away unanswered", RED, "empty", ROLL_RED ROLL_RED_2, "open=which", "", "close"},
    {"while a tag is being read nothing is known", "empty", "reading", ROLL_RED, "", "", "keep"},
    {"a printer that is off says nothing", RED, "unseen", ROLL_RED, "assigned=1", RED, "keep"},
    {"the user took it off the record", RED, RED, ROLL_RED, "user", "", "keep"},
    {"until something is seen to change", RED, BLUE, ROLL_BLUE, "user", "",
     "assign(3 auto_matched) announce"},
    {"or was put in anew", "empty", RED, ROLL_RED, "user", "", "assign(1 auto_matched) announce"},
};

static const struct row tags[] = {
    {"a tag assigns without a word", "empty", TAG_A, ROLL_A ROLL_B ROLL_RED, "", "",
     "assign(4 rfid)"},
    {"a tag that was elsewhere has moved", "empty", TAG_A,
     "id=4 material=PLA color=FF0000 uuid=AA tag=01 elsewhere", "", "", "assign(4 auto_moved)"},
    {"the other side is noted", "empty", "uuid=AA tag=09 material=PLA color=FF0000",
     "id=4 material=PLA color=FF0000 uuid=AA tag=01", "", "", "assign(4 rfid) bind"},
    {"an unknown tag becomes a draft", "empty", TAG_A, ROLL_B ROLL_BLUE, "", "",
     "draft(rfid) ask(draft)"},
    {"similar rolls are offered beside the draft", "empty", TAG_A, ROLL_RED, "", "",
     "draft(rfid) ask(draft 1)"},
    {"a roll on record that never showed a tag", "empty", TAG_A, ROLL_BARE, "", "",
     "assign(7 auto_matched) bind announce"},
    {"two of them are a question", "empty", TAG_A,
     ROLL_BARE "id=8 brand=Bambu_Lab product=PLA_Basic material=PLA color=FF0000", "", "",
     "ask(which_spool 7 8)"},
    {"an archived roll is back", "empty", TAG_A, "id=4 material=PLA color=FF0000 uuid=AA archived",
     "", "", "ask(which_spool 4)"},
    {"the tag of an answer that is wrong now", "empty", TAG_A, ROLL_A ROLL_B, "learned=5", "",
     "forget assign(4 rfid)"},
    {"an answer about a roll that is gone", "empty", RED, ROLL_RED, "learned=99", "",
     "forget assign(1 auto_matched) announce"},
    {"a learned answer decides between twins", "empty", RED, ROLL_RED ROLL_RED_2, "learned=2", "",
     "assign(2 auto_matched) announce"},
    {"a third side is not noted", "empty", "uuid=AA tag=09 material=PLA color=FF0000", ROLL_A, "",
     "", "assign(4 rfid)"},
};

static const struct row changes[] = {
    {"colour, nothing fits", RED, BLUE, ROLL_RED, "assigned=1 user", RED,
     "end(mqtt_color_change) ask(which_spool)"},
    {"colour, another fits", RED, BLUE, ROLL_RED ROLL_BLUE, "assigned=1", RED,
     "end(mqtt_color_change) assign(3 auto_matched) announce"},
    {"colour by Home Assistant", RED, BLUE, ROLL_RED, "assigned=1 ha", RED,
     "end(ha_color_change) ask(which_spool)"},
    {"material", RED, PETG, ROLL_RED, "assigned=1 user", RED,
     "end(mqtt_material_change) ask(which_spool)"},
    {"material by Home Assistant", RED, PETG, ROLL_RED, "assigned=1 ha", RED,
     "end(ha_material_change) ask(which_spool)"},
    {"tag", TAG_A, TAG_B, ROLL_A ROLL_B, "assigned=4 user", TAG_A, "end(rfid) assign(5 rfid)"},
    {"tag, unknown", TAG_A, TAG_B, ROLL_A, "assigned=4", TAG_A, "end(rfid) draft(rfid) ask(draft)"},
    {"a tag where none was, of another roll", RED, TAG_B, ROLL_RED ROLL_B, "assigned=1 user", RED,
     "end(rfid) assign(5 rfid)"},
    {"within tolerance", RED, "profile=GFL99 material=PLA color=FA0505", ROLL_RED, "assigned=1",
     RED, "keep"},
    {"many small steps are one change", "profile=GFL99 material=PLA color=E01010",
     "profile=GFL99 material=PLA color=D01020", ROLL_RED, "assigned=1", RED,
     "end(mqtt_color_change) ask(which_spool 1)"},
    {"behind a time without description", "unknown", BLUE, ROLL_RED, "assigned=1 user", RED,
     "end(mqtt_color_change) ask(which_spool)"},
    {"undescribed for now", RED, "unknown", ROLL_RED, "assigned=1 user", RED, "keep"},
    {"a tag that is not read for once", TAG_A,
     "profile=GFA00 material=PLA name=PLA_Basic color=FF0000", ROLL_A, "assigned=4", TAG_A, "keep"},
    {"a variant is no change of material", RED, "profile=GFA00 material=PLA color=FF0000", ROLL_RED,
     "assigned=1 user", RED, "keep"},
    {"the printer's settings are put right", RED, BLUE, ROLL_BLUE,
     "assigned=3 user asked open=mismatch", RED, "close base"},
    {"a look that was answered with this roll", RED, PETG, ROLL_RED, "assigned=1 user learned=1",
     RED, "base"},
    {"the assigned roll is no longer on record", RED, BLUE, ROLL_BLUE, "assigned=1", RED,
     "end(mqtt_color_change) assign(3 auto_matched) announce"},
    {"colour, seen since the start only", RED, BLUE, ROLL_RED, "assigned=1 user", "",
     "end(mqtt_color_change) ask(which_spool)"},
    {"a material that nobody knows", RED, "material=XYZ color=FF0000", ROLL_RED, "assigned=1", RED,
     "end(mqtt_material_change) ask(which_spool)"},
    {"and away from it", "material=XYZ color=FF0000", RED, "id=2 material=XYZ color=FF0000",
     "assigned=2", "material=XYZ color=FF0000", "end(mqtt_material_change) ask(which_spool)"},
    {"a material that nobody knows stays", "material=XYZ color=FF0000", "material=XYZ color=FA0505",
     "id=2 material=XYZ color=FF0000", "assigned=2", "material=XYZ color=FF0000", "keep"},
    {"a colour that is not told for once", RED, "profile=GFL99 material=PLA", ROLL_RED,
     "assigned=1", RED, "keep"},
};

static const struct row standing[] = {
    {"a disagreement stays and asks", "unseen", PETG, ROLL_RED, "assigned=1 user", "",
     "base ask(mismatch)"},
    {"once", PETG, PETG, ROLL_RED, "assigned=1 user open=mismatch", PETG, "keep"},
    {"not again after it was dismissed", PETG, PETG, ROLL_RED, "assigned=1 user asked", PETG,
     "keep"},
    {"not where the user has answered it", PETG, PETG, ROLL_RED, "assigned=1 user learned=1", "",
     "base"},
    {"a better roll is offered", "unseen", BLUE, ROLL_RED ROLL_BLUE, "assigned=1 user", "",
     "base ask(mismatch 3)"},
    {"PLA+ in a slot that says PLA is no disagreement", "unseen", RED, ROLL_PLUS, "assigned=6 user",
     "", "base"},
    {"put in a slot in advance, then inserted", "empty", RED, ROLL_RED, "assigned=1 user", "",
     "base"},
    {"put in advance, another one inserted", "empty", PETG, ROLL_RED, "assigned=1 user", "",
     "base ask(mismatch)"},
    {"put in advance, nothing there yet", "empty", "empty", ROLL_RED, "assigned=1 user", "",
     "keep"},
    {"put in advance, undescribed", "empty", "unknown", ROLL_RED, "assigned=1 user", "", "keep"},
    {"the user's word against another roll's tag", "unseen", TAG_B, ROLL_RED ROLL_B,
     "assigned=1 user", "", "base ask(mismatch 5 1)"},
    {"a guess against another roll's tag", "unknown", TAG_B, ROLL_RED ROLL_B, "assigned=1", "",
     "end(rfid) assign(5 rfid)"},
    {"the user's roll learns its tag", TAG_A, TAG_A, ROLL_BARE, "assigned=7 user", TAG_A, "bind"},
    {"the reason is gone", RED, RED, ROLL_RED, "assigned=1 user open=mismatch", RED, "close"},
    {"nothing new", RED, RED, ROLL_RED, "assigned=1", RED, "keep"},
    {"the same tag, other settings", TAG_A, "uuid=AA tag=02 material=PLA color=00FF00", ROLL_A,
     "assigned=4", TAG_A, "base"},
    {"its tag ends the doubt", "unseen", TAG_A, ROLL_A, "assigned=4 user open=mismatch", TAG_A,
     "close"},
    {"its other side is seen", TAG_A,
     "uuid=AA tag=09 profile=GFA00 material=PLA name=PLA_Basic color=FF0000",
     "id=4 material=PLA color=FF0000 uuid=AA tag=01", "assigned=4", TAG_A, "bind"},
    {"a guess learns its tag", "profile=GFA00 material=PLA name=PLA_Basic color=FF0000", TAG_A,
     ROLL_BARE, "assigned=7", "profile=GFA00 material=PLA name=PLA_Basic color=FF0000",
     "bind base"},
    {"the user's roll of a similar colour learns it too", TAG_A, TAG_A,
     "id=7 material=PLA color=D01020", "assigned=7 user", TAG_A, "bind"},
    {"a guess of a similar colour does not", TAG_A, TAG_A, "id=7 material=PLA color=D01020",
     "assigned=7", TAG_A, "keep"},
    {"two rolls noted with one tag", TAG_A, TAG_A,
     "id=5 material=PLA color=FF0000 uuid=AA tag=01\nid=4 material=PLA color=FF0000 uuid=AA tag=01",
     "assigned=4", TAG_A, "keep"},
};

static const struct row removals[] = {
    {"unload", RED, "empty", ROLL_RED, "assigned=1 user", RED, "end(unload)"},
    {"unload with a question open", RED, "empty", ROLL_BLUE, "assigned=3 user open=mismatch", "",
     "close end(unload)"},
    {"an undescribed one", "unknown", "empty", ROLL_RED, "assigned=1 user", "", "end(unload)"},
    {"while the daemon was away", "unseen", "empty", ROLL_RED, "assigned=1", RED, "end(unload)"},
    {"put back with its tag", "empty", TAG_A, ROLL_A ROLL_BARE, "left=4", TAG_A, "assign(4 rfid)"},
    {"put back as it left", "empty", PETG, ROLL_RED, "left=1", PETG,
     "assign(1 auto_matched) announce"},
    {"put back, but twins fit", "empty", RED, ROLL_RED ROLL_RED_2, "left=2", RED,
     "ask(which_spool 2 1)"},
    {"put back, but another fits", "empty", BLUE, ROLL_RED ROLL_BLUE, "left=1", BLUE,
     "ask(which_spool 3 1)"},
    {"something else is put in", "empty", PETG, ROLL_RED, "left=1", RED, "ask(which_spool)"},
};

static const struct row runouts[] = {
    {"empty in a print", RED, "empty", ROLL_RED, "assigned=1 user printing", RED, "runout"},
    {"noted once", "empty", "empty", ROLL_RED, "assigned=1 printing ran_out", RED, "keep"},
    {"its grams are booked", "empty", "empty", ROLL_RED, "assigned=1 user ran_out", RED,
     "end(runout)"},
    {"the same tag is back: it had not run out", "empty", TAG_A, ROLL_A,
     "assigned=4 printing ran_out", TAG_A, "resume"},
    {"a fresh twin is put in", "empty", RED, ROLL_RED ROLL_RED_2,
     "assigned=1 user printing ran_out", RED, "end(runout) assign(2 auto_matched) announce"},
    {"it looks the same, which proves nothing", "empty", RED, ROLL_RED,
     "assigned=1 printing ran_out", RED, "end(runout) ask(which_spool 1)"},
    {"an undescribed one is put in", "empty", "unknown", ROLL_RED, "assigned=1 printing ran_out",
     RED, "end(runout) ask(which_spool)"},
    {"put in advance, still empty, in a print", "empty", "empty", ROLL_RED,
     "assigned=1 user printing", "", "keep"},
};

static const struct row externals[] = {
    {"settings do not say that a roll is there", "unseen", RED, ROLL_RED, "external=1", "", "keep"},
    {"nobody set it", "unseen", "unknown", ROLL_RED, "external=1", "", "keep"},
    {"settings blanked", RED, "unknown", ROLL_RED, "external=1 assigned=1", RED, "keep"},
    {"set by hand now", "unknown", RED, ROLL_RED, "external=1", "",
     "assign(1 auto_matched) announce"},
    {"set to another roll (bambuddy#2575)", RED, BLUE, ROLL_RED ROLL_BLUE,
     "external=2 assigned=1 user", RED, "end(mqtt_color_change) assign(3 auto_matched) announce"},
    {"set to another while none is noted", RED, BLUE, ROLL_BLUE, "external=1", "",
     "assign(3 auto_matched) announce"},
    {"as it was", RED, RED, ROLL_RED, "external=1", "", "keep"},
};

static const struct {
    const struct row *rows;
    size_t count;
} all_rows[] = {
    {insertions, LEN(insertions)}, {tags, LEN(tags)},         {changes, LEN(changes)},
    {standing, LEN(standing)},     {removals, LEN(removals)}, {runouts, LEN(runouts)},
    {externals, LEN(externals)},
};

#endif
