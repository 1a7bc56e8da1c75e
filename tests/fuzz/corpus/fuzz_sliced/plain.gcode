; HEADER_BLOCK_START
; total layer number: 2
; total filament length [mm] : 40.00,60.00
; total filament weight [g] : 0.12,0.18
; filament_density: 1.24,1.27
; filament_diameter: 1.75,1.75
; filament: 1,2
; HEADER_BLOCK_END
M83
T0
; CHANGE_LAYER
M73 L1
M73 P10 R5
G1 X1 E30
; FLUSH_START
G1 E5
; FLUSH_END
M621 S1A
T1
; CHANGE_LAYER
M73 L2
G1 X2 E60
T0
G1 X3 E10
; filament_type = PLA;PETG
; filament_colour = #FF0000;#00FF00
; nozzle_volume = 92
