#include <stdio.h>
#include <string.h>

#include "base/auto.h"
#include "store/args.h"
#include "store/db.h"
#include "store/slots.h"
#include "store/transfer_inside.h"

/* The database refuses a value that no rule above knows: say which row it was. */
static enum err blame(const struct transfer_row *p, enum err e, struct why *why)
{
    struct why cause = *why;
    char place[96];
    if (e != ERR_CONFLICT)
        return e;
    snprintf(place, sizeof place, "%s[%zu]", p->where.entity, p->where.index);
    return why_fail(why, ERR_INVALID, "bad_row", place, "line %lld, %s: %.200s",
                    (long long)p->where.line, place, cause.text);
}

static enum err pass_section(struct transfer_run *run, const struct transfer_entity *entity,
                             struct transfer_file *file, void (*pass)(struct transfer_row *),
                             struct why *why)
{
    struct transfer_row p = {.run = run, .entity = entity, .where = {.entity = entity->name}};
    for (;; p.where.index++) {
        json_auto_t *row = NULL, *args = db_args(run->db, json_object());
        enum err e = transfer_file_row(file, p.where.index == 0, &row, &p.where.line, why);
        if (e != OK || !row)
            return e;
        p.row = row;
        p.args = args;
        p.left_out = false;
        pass(&p);
        e = db_status(run->db, why);
        if (e != OK)
            return blame(&p, e, why);
    }
}

/* Where rolls came into slots, or were left out of them, the slot compares anew. */
static enum err settle_slots(struct db *db, struct why *why)
{
    json_auto_t *rows = db_rows(
        db,
        "SELECT sl.id FROM slot sl WHERE sl.match IN ('ok', 'mismatch', 'unassigned') "
        "AND (sl.match = 'unassigned') = EXISTS (SELECT 1 FROM slot_assignment a "
        "WHERE a.slot = sl.id AND a.unassigned_at IS NULL AND a.spool IS NOT NULL) /* scan */",
        NULL, NULL);
    enum err e = db_status(db, why);
    size_t i;
    const json_t *row;
    json_array_foreach (rows, i, row) {
        if (e == OK)
            e = slots_refresh_match(db, args_int(row, "id", 0), why);
    }
    return e;
}

static const struct transfer_section *find_section(const struct transfer_section *sections,
                                                   size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(sections[i].name, name) == 0)
            return &sections[i];
    return NULL;
}

static bool is_entity(const char *name)
{
    const struct transfer_entity *entity;
    for (size_t i = 0; (entity = transfer_entity_at(i)); i++)
        if (strcmp(entity->name, name) == 0)
            return true;
    return false;
}

static enum err check_members(const struct transfer_section *sections, size_t count,
                              struct why *why)
{
    const struct transfer_section *format = find_section(sections, count, "format");
    const struct transfer_section *version = find_section(sections, count, "version");
    if (!format || strcmp(format->value, "filamentd-export") != 0)
        return why_fail(why, ERR_INVALID, "unknown_format", "format",
                        "this is neither an export of filamentd or Spoolman nor a CSV of rolls");
    if (!version || strcmp(version->value, "1") != 0)
        return why_fail(why, ERR_INVALID, "unknown_version", "version",
                        "version %.20s of the format is not known here; this program reads 1",
                        version ? version->value : "?");
    for (size_t i = 0; i < count; i++) {
        const struct transfer_section *section = &sections[i];
        bool twice = find_section(sections, count, section->name) != section;
        if (twice || (section != format && section != version && !is_entity(section->name)))
            return why_fail(why, ERR_INVALID, twice ? "duplicate_key" : "unknown_field",
                            section->name, "line %lld: %.40s %s", (long long)section->line,
                            section->name, twice ? "is there twice" : "is not known here");
    }
    return OK;
}

static enum err pass_entity(struct transfer_run *run, const struct transfer_entity *entity,
                            const struct transfer_section *section, struct transfer_file *file,
                            struct why *why)
{
    enum err e = OK;
    transfer_file_seek(file, section->at, section->line);
    if (strcmp(entity->table, "spool") == 0) {
        e = pass_section(run, entity, file, transfer_row_survey, why);
        transfer_file_seek(file, section->at, section->line);
    }
    bool bulk = entity->flags & TRANSFER_BULK;
    if (bulk)
        transfer_bulk_begin(run, entity);
    if (e == OK)
        e = pass_section(run, entity, file, transfer_row_pass, why);
    if (bulk)
        transfer_bulk_end(run, entity);
    return e == OK ? db_status(run->db, why) : e;
}

enum err transfer_import_document(struct transfer_run *run, struct transfer_file *file,
                                  struct why *why)
{
    struct transfer_section sections[TRANSFER_SECTIONS];
    const struct transfer_section *section;
    const struct transfer_entity *entity;
    size_t count;
    enum err e = transfer_file_index(file, sections, &count, why);
    if (e == OK)
        e = check_members(sections, count, why);
    for (size_t i = 0; e == OK && (entity = transfer_entity_at(i)); i++) {
        section = find_section(sections, count, entity->name);
        if (section)
            e = pass_entity(run, entity, section, file, why);
    }
    if (e != OK || run->faulty)
        return e;
    e = settle_slots(run->db, why);
    section = find_section(sections, count, "spools");
    if (e != OK || !section)
        return e;
    transfer_file_seek(file, section->at, section->line);
    return pass_section(run, &transfer_stock[TRANSFER_STOCK - 1], file, transfer_row_restamp, why);
}
