/*
 * The address of a slot, in the one numbering that this project stores, shows and compares.
 * Conversion from and to every numbering the printers use lives in address.c and nowhere else.
 * Thread: any. Lock: none. Plain values, compared with address_equal.
 *
 * unit: 1..8 = the printer's AMS id + 1; 16 = the A2L's AMS Lite; 128..135 = AMS HT; 255 =
 * external. slot: 1..4; an AMS HT has slot 1; external: 1 = the only or the left one, 2 = the right
 * one.
 */
#ifndef CORE_ADDRESS_H
#define CORE_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>

struct slot_address {
    int16_t unit, slot; /* {0, 0}: none */
};

enum { UNIT_A2L_LITE = 16, UNIT_HT_FIRST = 128, UNIT_HT_LAST = 135, UNIT_EXTERNAL = 255 };

bool address_none(struct slot_address at);
bool address_equal(struct slot_address a, struct slot_address b);
int address_compare(struct slot_address a, struct slot_address b); /* by unit, then slot */

/* Can such a slot exist on any printer? Assigning to an impossible one is a 404. */
bool address_possible(int unit, int slot);

/* Unit and tray id of ams.ams[].id and tray[].id; none where there is no such slot. */
struct slot_address address_from_ams(int ams_id, int tray_id);
/* Tray id 254 or 255 of vt_tray or vir_slot. ${nozzles}: 1 or 2. */
struct slot_address address_from_external(int tray_id, int nozzles);
/* A global tray number: 0..15, 24..27 (A2L), 128..135, 254, 255 as external main (project_file). */
struct slot_address address_from_global(int tray, int nozzles);
/* device.extruder.info[].snow and print.mapping[]: (unit << 8) | slot; none for 0xFFFF, 0xFEFF. */
struct slot_address address_from_snow(int64_t snow, int nozzles);
/* ams_mapping2[]: {ams_id, slot_id}; none for 255/255. */
struct slot_address address_from_pair(int ams_id, int slot_id, int nozzles);

/* Global tray number of a slot, -1 for none: the inverse of address_from_global. */
int address_to_global(struct slot_address at, int nozzles);

/* Bit in ams_exist_bits and tray_exist_bits; -1 where the unit has no known bit. */
int address_unit_bit(int unit);
int address_slot_bit(struct slot_address at);

#define ADDRESS_LABEL_SIZE 16
/* "A1".."H4" for AMS units 1..8, "HT-A1", "Lite-1", "Ext", "Ext-L", "Ext-R". */
void address_label(struct slot_address at, int nozzles, char ret_label[ADDRESS_LABEL_SIZE]);

#endif
