M83
T0
G1 X1 E10
; filament_type = PÿþA;PLA
; filament_colour = Ã
; filament_ids = â‚
