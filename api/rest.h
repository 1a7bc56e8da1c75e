/*
 * The handlers, by resource, and the tables of what they take: what routes.c is made of. Each is a
 * route_handler (api/route.h); the doc column of its route says what it does.
 * Thread: the worker's; those of ROUTE_WRITE run inside the door.
 */
#ifndef API_REST_H
#define API_REST_H

#include "api/route.h"
#include "core/field.h"

extern const struct body_table rest_none; /* an object without members, or no body */

extern const struct field_shape rest_system_openapi_shape, rest_system_version_shape,
    rest_system_status_shape;
route_handler rest_system_openapi, rest_system_version, rest_system_health, rest_system_ready;

extern const struct body_table rest_spools_fields_create, rest_spools_fields_update,
    rest_spools_fields_adjust, rest_spools_fields_list, rest_spools_fields_delete,
    rest_spools_fields_history;
/* Of a new roll inside another body. */
extern const struct field_shape rest_spools_fields_shape;
route_handler rest_spools_list, rest_spools_get, rest_spools_create, rest_spools_update,
    rest_spools_delete, rest_spools_adjust, rest_spools_archive, rest_spools_restore,
    rest_spools_history;

extern const struct body_table rest_slots_assign_body, rest_slots_unassign_body,
    rest_slots_history_query, rest_slots_slot_history_query, rest_slots_correct_body;
route_handler rest_slots_list, rest_slots_get, rest_slots_stay, rest_slots_assign,
    rest_slots_unassign, rest_slots_history, rest_slots_slot_history, rest_slots_candidates,
    rest_slots_correct;

extern const struct body_table rest_questions_answer_body, rest_questions_list_query;
route_handler rest_questions_list, rest_questions_get, rest_questions_answer;

extern const struct body_table rest_printers_create_body, rest_printers_update_body,
    rest_printers_repin_body, rest_printers_list_query;
route_handler rest_printers_list, rest_printers_get, rest_printers_create, rest_printers_update,
    rest_printers_delete;
route_handler rest_printer_link_test, rest_printer_link_repin;
route_handler rest_printer_status_get, rest_printer_status_discover;

extern const struct body_table rest_keys_create_body, rest_keys_update_body, rest_keys_list_query;
route_handler rest_keys_list, rest_keys_get, rest_keys_create, rest_keys_update, rest_keys_revoke;

extern const struct body_table rest_pairing_offer_body, rest_pairing_redeem_body;
extern const struct field_shape rest_pairing_code, rest_pairing_paired;
route_handler rest_pairing_offer, rest_pairing_redeem, rest_pairing_page;

extern const struct body_table rest_stats_cost_query, rest_stats_usage_query,
    rest_stats_expiring_query, rest_stats_forecast_query, rest_stats_low_query;
route_handler rest_stats_cost, rest_stats_usage, rest_stats_expiring, rest_stats_forecast,
    rest_stats_low;

extern const struct body_table rest_alerts_list_query, rest_alerts_ack_body;
route_handler rest_alerts_list, rest_alerts_get, rest_alerts_ack, rest_alerts_ack_many;

extern const struct body_table rest_sliced_analyze_query, rest_sliced_attach_query;
route_handler rest_sliced_analyze, rest_sliced_attach;

extern const struct body_table rest_jobs_list_query, rest_jobs_events_query, rest_jobs_usage_query,
    rest_jobs_record_body, rest_jobs_undo_body, rest_jobs_start_body, rest_jobs_end_body,
    rest_jobs_correct_body;
route_handler rest_jobs_list, rest_jobs_get, rest_jobs_events, rest_jobs_event, rest_jobs_record,
    rest_jobs_undo, rest_jobs_usage, rest_jobs_low;
route_handler rest_jobs_start, rest_jobs_end, rest_jobs_correct, rest_jobs_erase_names,
    rest_jobs_rebook, rest_jobs_explain, rest_jobs_explain_event;

extern const struct body_table rest_vendors_create_body, rest_vendors_update_body,
    rest_vendors_list_query, rest_filaments_create_body, rest_filaments_update_body,
    rest_filaments_list_query, rest_materials_update_body, rest_thresholds_update_body,
    rest_settings_update_body, rest_catalog_page_query;
route_handler rest_vendors_list, rest_vendors_get, rest_vendors_create, rest_vendors_update,
    rest_vendors_delete;
route_handler rest_filaments_list, rest_filaments_get, rest_filaments_create, rest_filaments_update,
    rest_filaments_delete;
route_handler rest_materials_list, rest_materials_get, rest_materials_update;
route_handler rest_thresholds_list, rest_thresholds_get, rest_thresholds_update,
    rest_thresholds_reset;
route_handler rest_settings_list, rest_settings_update;
extern const struct body_table rest_webhook_list_query, rest_webhook_print_body,
    rest_webhook_slot_body; /* bodies for the document only: what comes is read leniently */
route_handler rest_webhook_print, rest_webhook_slot, rest_webhook_list;

extern const struct body_table rest_notifications_list_query, rest_notifications_test_body;
extern const struct field_shape rest_notifications_tried;
route_handler rest_notifications_list, rest_notifications_get, rest_notifications_channels,
    rest_notifications_test;

extern const struct body_table rest_devices_list_query, rest_devices_register_body,
    rest_devices_update_body;
extern const struct field_shape rest_devices_key_shape;
route_handler rest_devices_list, rest_devices_get, rest_devices_register, rest_devices_update,
    rest_devices_delete, rest_devices_key;

enum { REST_TOKEN_BYTES = 256, REST_TOKEN_SIZE = 2 * REST_TOKEN_BYTES + 1 };

extern const struct body_table rest_activities_register_body;
route_handler rest_activities_list, rest_activities_register, rest_activities_delete;
/* A token of ActivityKit, in hex of either case, as lower case. */
bool rest_activities_token(const char *text, char ret_hex[REST_TOKEN_SIZE], struct why *ret_fault);

extern const struct body_table rest_actions_confirm_body;
extern const struct field_shape rest_actions_confirmed;
route_handler rest_actions_get, rest_actions_post, rest_actions_confirm;

extern const struct body_table rest_live_sync_query, rest_live_events_query;
extern const struct field_shape rest_launch_shape, rest_live_token_shape;
route_handler rest_launch_get, rest_live_sync, rest_live_events, rest_live_token;

extern const struct body_table rest_suggest_body, rest_scan_body;
route_handler rest_suggest, rest_scan;

extern const struct body_table rest_labels_label_query, rest_labels_sheet_body,
    rest_labels_page_query;
extern const struct field_shape rest_labels_association_shape;
route_handler rest_labels_qr, rest_labels_label, rest_labels_sheet, rest_labels_page,
    rest_labels_association;

extern const struct body_table rest_transfer_export_query, rest_transfer_import_query;
route_handler rest_transfer_export, rest_transfer_import;

#endif
